#include "dtheta/layers/catalog.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/suggestion.hpp"

namespace dtheta {
namespace {

constexpr std::array activations{Activation::identity, Activation::sigmoid, Activation::tanh,
                                 Activation::relu, Activation::leaky_relu};

/// "; did you mean 'dense'?" for a word that is nearly one of a layer list; else empty.
std::string suggestion_for(std::string_view word) {
  std::vector<std::string> known{"dense", "conv", "maxpool", "avgpool", "flatten", "stride",
                                 "valid", "same", "direct",  "im2col",  "winograd"};
  for (const Activation activation : activations) known.emplace_back(activation_name(activation));
  return std::ranges::count(known, word) > 0 ? "" : did_you_mean(word, known);
}

/// The words of one entry, in lower case, read from left to right.
class Words {
 public:
  explicit Words(std::string_view entry) : entry_(entry) {
    std::string word;
    for (const char c : std::string(entry) + ' ') {
      const auto byte = static_cast<unsigned char>(c);
      if (std::isspace(byte) == 0) {
        word += static_cast<char>(std::tolower(byte));
      } else if (!word.empty()) {
        words_.push_back(std::exchange(word, {}));
      }
    }
  }

  /// The next word; empty at the end.
  std::string_view peek() const {
    return next_ < words_.size() ? std::string_view(words_[next_]) : std::string_view();
  }
  std::string_view take() {
    const std::string_view word = peek();
    if (!word.empty()) ++next_;
    return word;
  }
  bool take_if(std::string_view word) {
    const bool is_next = !word.empty() && peek() == word;
    if (is_next) ++next_;
    return is_next;
  }

  /// Throws UsageError: the entry, the offending word, what was wanted there or is spelt nearly so,
  /// the grammar.
  [[noreturn]] void refuse(std::string_view word, std::string_view wanted) const {
    const std::string found =
        word.empty() ? std::string("it ends too early") : fmt::format("found '{}'", word);
    throw UsageError(fmt::format("layer '{}': {}; wanted {}{}\nKnown layers:\n{}", entry_, found,
                                 wanted, suggestion_for(word), layer_grammar()));
  }

 private:
  std::string entry_;
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

/// All of `text` as a number; none when it is not one or is out of range.
template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

Size take_count(Words& words, std::string_view what) {
  const std::string_view word = words.take();
  const auto count = number_of<Size>(word);
  if (!count || *count < 1) words.refuse(word, fmt::format("{}, a number from 1", what));
  return *count;
}

/// "3x5", or "3" for 3x3.
Extent2d take_extent(Words& words, std::string_view what) {
  const std::string_view word = words.take();
  const auto cross = word.find('x');
  const auto height = number_of<Size>(word.substr(0, cross));
  const auto width =
      cross == std::string_view::npos ? height : number_of<Size>(word.substr(cross + 1));
  if (!height || !width || *height < 1 || *width < 1) {
    words.refuse(word, fmt::format("{} such as 3 or 3x5 (height x width)", what));
  }
  return {*height, *width};
}

std::optional<Padding> take_padding(Words& words) {
  if (words.take_if("same")) return Padding::same;
  if (words.take_if("valid")) return Padding::valid;
  return std::nullopt;
}

ConvAlgorithm take_algorithm(Words& words) {
  const auto named = algorithm_named(words.peek());
  if (!named || *named == ConvAlgorithm::automatic) return ConvAlgorithm::automatic;
  words.take();
  return *named;
}

std::optional<ActivationOptions> take_activation(Words& words) {
  const auto* const found = std::ranges::find(activations, words.peek(), activation_name);
  if (found == activations.end()) return std::nullopt;
  words.take();
  ActivationOptions options{.kind = *found};
  if (*found == Activation::leaky_relu) {
    if (const auto slope = number_of<double>(words.peek())) {
      options.slope = *slope;
      words.take();
    }
  }
  return options;
}

DenseOptions take_dense(Words& words) {
  DenseOptions options{.units = take_count(words, "the number of units")};
  options.activation = take_activation(words).value_or(ActivationOptions{});
  return options;
}

Conv2dOptions take_conv(Words& words) {
  Conv2dOptions options{.filters = take_count(words, "the number of filters"),
                        .kernel = take_extent(words, "the kernel's size")};
  if (words.take_if("stride")) options.stride = take_extent(words, "a stride");
  options.padding = take_padding(words).value_or(Padding::valid);
  options.algorithm = take_algorithm(words);
  options.activation = take_activation(words).value_or(ActivationOptions{});
  return options;
}

PoolingOptions take_pooling(Words& words, PoolingKind kind) {
  PoolingOptions options{.kind = kind, .window = take_extent(words, "the window's size")};
  if (words.take_if("stride")) options.stride = take_extent(words, "a stride");
  options.padding = take_padding(words).value_or(Padding::valid);
  return options;
}

LayerSpec take_layer(Words& words) {
  if (const auto activation = take_activation(words)) return *activation;
  if (words.take_if("dense")) return take_dense(words);
  if (words.take_if("conv")) return take_conv(words);
  if (words.take_if("maxpool")) return take_pooling(words, PoolingKind::max);
  if (words.take_if("avgpool")) return take_pooling(words, PoolingKind::average);
  if (words.take_if("flatten")) return FlattenOptions{};
  words.refuse(words.peek(), "the name of a layer");
}

std::string full_text(const Extent2d& extent) {
  return fmt::format("{}x{}", extent.height, extent.width);
}

std::string short_text(const Extent2d& extent) {
  return extent.height == extent.width ? fmt::format("{}", extent.height) : full_text(extent);
}

std::string text_of(const ActivationOptions& options) {
  std::string text(activation_name(options.kind));
  if (options.kind == Activation::leaky_relu) text += fmt::format(" {}", options.slope);
  return text;
}

/// " relu" behind the layer's own words; nothing for identity.
std::string suffix_of(const ActivationOptions& options) {
  return options.kind == Activation::identity ? std::string() : " " + text_of(options);
}

std::string text_of(const DenseOptions& options) {
  return fmt::format("dense {}{}", options.units, suffix_of(options.activation));
}

std::string text_of(const Conv2dOptions& options) {
  std::string text = fmt::format("conv {} {}", options.filters, full_text(options.kernel));
  if (options.stride != Extent2d{1, 1}) text += " stride " + short_text(options.stride);
  if (options.padding == Padding::same) text += " same";
  if (options.algorithm != ConvAlgorithm::automatic) {
    text += fmt::format(" {}", algorithm_name(options.algorithm));
  }
  return text + suffix_of(options.activation);
}

std::string text_of(const PoolingOptions& options) {
  std::string text = options.kind == PoolingKind::max ? "maxpool " : "avgpool ";
  text += short_text(options.window);
  if (options.step() != options.window) text += " stride " + short_text(options.step());
  if (options.padding == Padding::same) text += " same";
  return text;
}

std::string text_of(const FlattenOptions&) { return "flatten"; }

// Which class serves which options.
template <class T>
std::unique_ptr<Layer<T>> layer_of(const DenseOptions& options) {
  return std::make_unique<Dense<T>>(options);
}
template <class T>
std::unique_ptr<Layer<T>> layer_of(const Conv2dOptions& options) {
  return std::make_unique<Conv2d<T>>(options);
}
template <class T>
std::unique_ptr<Layer<T>> layer_of(const PoolingOptions& options) {
  return std::make_unique<Pooling<T>>(options);
}
template <class T>
std::unique_ptr<Layer<T>> layer_of(const FlattenOptions& options) {
  return std::make_unique<Flatten<T>>(options);
}
template <class T>
std::unique_ptr<Layer<T>> layer_of(const ActivationOptions& options) {
  return std::make_unique<ActivationLayer<T>>(options);
}

}  // namespace

template <std::floating_point T>
std::unique_ptr<Layer<T>> make_layer(const LayerSpec& spec) {
  return std::visit([](const auto& options) { return layer_of<T>(options); }, spec);
}

template std::unique_ptr<Layer<float>> make_layer(const LayerSpec&);
template std::unique_ptr<Layer<double>> make_layer(const LayerSpec&);

LayerSpec parse_layer(std::string_view entry) {
  Words words(entry);
  LayerSpec spec = take_layer(words);
  if (!words.peek().empty()) words.refuse(words.peek(), "nothing more, or another order of words");
  try {
    make_layer<double>(spec);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("layer '{}': {}", entry, error.what()));
  }
  return spec;
}

std::string layer_text(const LayerSpec& spec) {
  return std::visit([](const auto& options) { return text_of(options); }, spec);
}

std::string layer_grammar() {
  return "  dense UNITS [ACTIVATION]\n"
         "  conv FILTERS SIZE [stride SIZE] [valid|same] [direct|im2col|winograd] [ACTIVATION]\n"
         "  maxpool SIZE [stride SIZE] [valid|same]     (stride: the window's size)\n"
         "  avgpool SIZE [stride SIZE] [valid|same]\n"
         "  flatten\n"
         "  ACTIVATION: linear, sigmoid, tanh, relu or leaky_relu [SLOPE]\n"
         "  SIZE: HEIGHTxWIDTH, or one number for both";
}

}  // namespace dtheta
