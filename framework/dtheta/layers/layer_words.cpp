#include "dtheta/layers/layer_words.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/suggestion.hpp"

namespace dtheta {
namespace {

bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }
bool is_upper(char c) { return std::isupper(static_cast<unsigned char>(c)) != 0; }
char lowered(char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); }

/// The words of a grammar that stand for themselves: those in lower case, remarks left out.
std::vector<std::string> literal_words(std::string_view grammar) {
  std::vector<std::string> words;
  std::string word;
  bool is_remark = false;
  for (const char c : std::string(grammar) + '\n') {
    if (c == '(') is_remark = true;
    if (c == '\n') is_remark = false;
    if (!is_remark && (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_')) {
      word += c;
    } else if (const std::string whole = std::exchange(word, {}); !whole.empty()) {
      if (std::ranges::none_of(whole, is_upper)) words.push_back(whole);
    }
  }
  return words;
}

/// All of `text` as a number; none when it is not one or is out of range.
template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

LayerWords::LayerWords(std::string_view entry, std::string grammar)
    : entry_(entry), grammar_(std::move(grammar)) {
  std::string word;
  for (const char c : entry_ + ' ') {
    if (!is_space(c)) {
      word += lowered(c);
    } else if (!word.empty()) {
      words_.push_back(std::exchange(word, {}));
    }
  }
}

std::string_view LayerWords::peek() const {
  return next_ < words_.size() ? std::string_view(words_[next_]) : std::string_view();
}

std::string_view LayerWords::take() {
  const std::string_view word = peek();
  if (!word.empty()) ++next_;
  return word;
}

bool LayerWords::take_if(std::string_view word) {
  const bool is_next = !word.empty() && peek() == word;
  if (is_next) ++next_;
  return is_next;
}

void LayerWords::refuse(std::string_view word, std::string_view wanted) const {
  const std::string found =
      word.empty() ? std::string("it ends too early") : fmt::format("found '{}'", word);
  throw UsageError(fmt::format("layer '{}': {}; wanted {}{}\nKnown layers:\n{}", entry_, found,
                               wanted, suggestion_for(word), grammar_));
}

/// "; did you mean 'dense'?" for a word that is nearly one of the grammar's; else empty.
std::string LayerWords::suggestion_for(std::string_view word) const {
  const std::vector<std::string> known = literal_words(grammar_);
  return std::ranges::count(known, word) > 0 ? "" : did_you_mean(word, known);
}

Size take_count(LayerWords& words, std::string_view what) {
  const std::string_view word = words.take();
  const auto count = number_of<Size>(word);
  if (!count || *count < 1) words.refuse(word, fmt::format("{}, a number from 1", what));
  return *count;
}

std::optional<double> take_number(LayerWords& words) {
  const auto number = number_of<double>(words.peek());
  if (number) words.take();
  return number;
}

Extent2d take_extent(LayerWords& words, std::string_view what, Size least) {
  const std::string_view word = words.take();
  const auto cross = word.find('x');
  const auto height = number_of<Size>(word.substr(0, cross));
  const auto width =
      cross == std::string_view::npos ? height : number_of<Size>(word.substr(cross + 1));
  if (!height || !width || *height < least || *width < least) {
    words.refuse(word, fmt::format("{} such as 3 or 3x5 (height x width)", what));
  }
  return {*height, *width};
}

std::optional<Extent2d> take_stride(LayerWords& words) {
  if (!words.take_if("stride")) return std::nullopt;
  return take_extent(words, "a stride");
}

Extent2d take_dilation(LayerWords& words) {
  if (!words.take_if("dilation")) return {1, 1};
  return take_extent(words, "a dilation");
}

Shape take_shape(LayerWords& words) {
  const std::string_view word = words.take();
  std::vector<Size> extents;
  for (std::size_t begin = 0; begin <= word.size();) {
    const std::size_t end = std::min(word.find('x', begin), word.size());
    const auto extent = number_of<Size>(word.substr(begin, end - begin));
    if (!extent || *extent < 1 || std::ssize(extents) + 1 == Shape::max_rank) {
      words.refuse(word, "a shape of 1 to 4 positive extents such as 7x7x16");
    }
    extents.push_back(*extent);
    begin = end + 1;
  }
  return Shape(extents);
}

Padding take_padding(LayerWords& words) {
  if (words.take_if("same")) return Padding::same;
  words.take_if("valid");
  return Padding::valid;
}

std::string full_text(const Extent2d& extent) {
  return fmt::format("{}x{}", extent.height, extent.width);
}

std::string short_text(const Extent2d& extent) {
  return extent.height == extent.width ? fmt::format("{}", extent.height) : full_text(extent);
}

}  // namespace dtheta
