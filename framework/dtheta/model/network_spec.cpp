#include "dtheta/model/network_spec.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/trimmed.hpp"

namespace dtheta {
namespace {

std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

/// Activations that are layers of their own.
constexpr std::array<std::string_view, 3> unfused{"softmax", "gelu", "silu"};

/// Appends an entry; "dense 10 softmax" is short for "dense 10, softmax".
void append_entry(std::vector<std::string_view>& entries, std::string_view entry) {
  const auto blank = entry.find_last_of(" \t");
  if (blank != std::string_view::npos &&
      std::ranges::count(unfused, lowered(entry.substr(blank + 1))) > 0) {
    entries.push_back(trimmed(entry.substr(0, blank)));
    entry.remove_prefix(blank + 1);
  }
  entries.push_back(entry);
}

/// The entries of a layer list, comments and empty ones left out.
std::vector<std::string_view> split_entries(std::string_view text) {
  std::vector<std::string_view> entries;
  while (!text.empty()) {
    const auto line_end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, line_end);
    text.remove_prefix(std::min(line_end + 1, text.size()));
    line = line.substr(0, line.find('#'));
    while (!line.empty()) {
      const auto end = std::min(line.find_first_of(",;"), line.size());
      if (const auto entry = trimmed(line.substr(0, end)); !entry.empty()) {
        append_entry(entries, entry);
      }
      line.remove_prefix(std::min(end + 1, line.size()));
    }
  }
  return entries;
}

/// The activation options inside a layer's; null for layers without one.
ActivationOptions* fused_activation(LayerSpec& spec) {
  return std::visit(
      [](auto& options) -> ActivationOptions* {
        if constexpr (requires { options.activation; }) {
          return &options.activation;
        } else {
          return nullptr;
        }
      },
      spec);
}

/// A sigmoid that ends the list is the output activation: it leaves the layers.
std::optional<std::string> take_trailing_sigmoid(std::vector<NodeSpec>& layers) {
  if (layers.empty()) return std::nullopt;
  NodeSpec& last = layers.back();
  ActivationOptions* slot = fused_activation(last.layer);
  if (slot != nullptr && slot->kind == Activation::sigmoid) {
    *slot = {};
    return "sigmoid";
  }
  const auto* alone = std::get_if<ActivationOptions>(&last.layer);
  if (alone != nullptr && alone->kind == Activation::sigmoid && last.inputs.empty()) {
    layers.pop_back();
    return "sigmoid";
  }
  return std::nullopt;
}

constexpr std::string_view input_name = "input";

/// Reads the entries of a list one after another, and the names in them.
class ListReader {
 public:
  void read(std::string_view entry) {
    words_ = split_words(entry);
    NodeSpec node(FlattenOptions{});
    node.name = take_name(entry);
    const bool has_source = take_sources(entry, node);
    if (!words_.empty() && words_.back() == "frozen") {
      node.is_frozen = true;
      words_.pop_back();
    }
    const bool is_joint = !words_.empty() && (words_[0] == "add" || words_[0] == "concatenate");
    if (is_joint && !has_source) take_joined(entry, node);
    node.layer = parse_layer(fmt::format("{}", fmt::join(words_, " ")));
    if (node.inputs == std::vector{layers_.size()}) node.inputs.clear();
    const bool is_named = !node.name.empty();
    append_layer(layers_, std::move(node));
    if (is_named) places_.emplace_back(layers_.back().name, layers_.size());
  }

  std::vector<NodeSpec> take_layers() && { return std::move(layers_); }

 private:
  static std::vector<std::string> split_words(std::string_view entry) {
    std::vector<std::string> words;
    while (!entry.empty()) {
      const auto end = std::min(entry.find_first_of(" \t\r"), entry.size());
      if (end > 0) words.emplace_back(entry.substr(0, end));
      entry.remove_prefix(std::min(end + 1, entry.size()));
    }
    return words;
  }

  /// `as NAME` at the end.
  std::string take_name(std::string_view entry) {
    const auto as = std::ranges::find(words_, "as");
    if (as == words_.end()) return {};
    if (words_.end() - as != 2 || !is_layer_name(as[1])) {
      throw UsageError(fmt::format(
          "layer '{}': wanted 'as' and one name of letters, digits and _ that is no other word",
          entry));
    }
    std::string name = as[1];
    if (place_of(name)) {
      throw UsageError(
          fmt::format("layer '{}': an entry before it is called {}, too", entry, name));
    }
    words_.erase(as, words_.end());
    return name;
  }

  /// `from NAME...` at the end.
  bool take_sources(std::string_view entry, NodeSpec& node) {
    const auto from = std::ranges::find(words_, "from");
    if (from == words_.end()) return false;
    for (auto name = from + 1; name != words_.end(); ++name) {
      const auto place = place_of(*name);
      if (!place) refuse_name(entry, *name);
      node.inputs.push_back(*place);
    }
    if (node.inputs.empty()) {
      throw UsageError(fmt::format("layer '{}': wanted names after 'from'", entry));
    }
    words_.erase(from, words_.end());
    return true;
  }

  /// The names after `add` or `concatenate`; what is none is left to the layer.
  void take_joined(std::string_view entry, NodeSpec& node) {
    node.inputs = {layers_.size()};
    while (words_.size() > 1) {
      const auto place = place_of(words_[1]);
      if (!place && node.inputs.size() == 1) refuse_name(entry, words_[1]);
      if (!place) return;
      node.inputs.push_back(*place);
      words_.erase(words_.begin() + 1);
    }
  }

  [[noreturn]] void refuse_name(std::string_view entry, std::string_view name) const {
    std::vector<std::string_view> known{input_name};
    for (const auto& [each, place] : places_) known.push_back(each);
    throw UsageError(
        fmt::format("layer '{}': no entry before it is called '{}', only {}: end one in 'as {}'",
                    entry, name, fmt::join(known, ", "), name));
  }

  std::optional<std::size_t> place_of(std::string_view name) const {
    if (name == input_name) return 0;
    for (const auto& [each, place] : places_) {
      if (each == name) return place;
    }
    return std::nullopt;
  }

  std::vector<NodeSpec> layers_;
  std::vector<std::pair<std::string, std::size_t>> places_;
  std::vector<std::string> words_;
};

/// The layer's kind, the first word of its text: "conv" of "conv 6 5x5".
std::string kind_of(const LayerSpec& spec) {
  const std::string text = layer_text(spec);
  return text.substr(0, text.find(' '));
}

}  // namespace

std::vector<std::size_t> inputs_of(const std::vector<NodeSpec>& layers, std::size_t i) {
  return layers[i].inputs.empty() ? std::vector{i} : layers[i].inputs;
}

bool is_chain(const NetworkSpec& spec) {
  return std::ranges::all_of(spec.layers, [](const NodeSpec& node) { return node.inputs.empty(); });
}

std::vector<std::string> names_of(const std::vector<NodeSpec>& layers) {
  std::map<std::string, std::size_t> counts;
  std::set<std::string_view> met;
  std::vector<std::string> names;
  names.reserve(layers.size());
  for (const NodeSpec& node : layers) {
    const std::string kind = kind_of(node.layer);
    const std::size_t number = ++counts[kind];
    names.push_back(node.name.empty() ? fmt::format("{}_{}", kind, number) : node.name);
    if (!met.insert(names.back()).second) {
      throw UsageError(fmt::format("two layers are called {}", names.back()));
    }
  }
  return names;
}

bool is_layer_name(std::string_view name) {
  constexpr std::size_t longest = 64;
  const auto is_good = [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; };
  return !name.empty() && name.size() <= longest && std::ranges::all_of(name, is_good) &&
         name != input_name && name != "from" && name != "as" && name != "frozen";
}

void append_layer(std::vector<NodeSpec>& layers, NodeSpec next) {
  const auto* activation = std::get_if<ActivationOptions>(&next.layer);
  const bool can_fuse = activation != nullptr && !layers.empty() && next.inputs.empty() &&
                        layers.back().name.empty() && !next.is_frozen;
  if (can_fuse) {
    ActivationOptions* slot = fused_activation(layers.back().layer);
    if (slot != nullptr && slot->kind == Activation::identity) {
      *slot = *activation;
      layers.back().name = std::move(next.name);
      return;
    }
  }
  layers.push_back(std::move(next));
}

Shape parse_shape(std::string_view text) {
  std::vector<Size> extents;
  std::string_view rest = text;
  for (;;) {
    Size extent = 0;
    const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), extent);
    rest.remove_prefix(static_cast<std::size_t>(end - rest.data()));
    if (error != std::errc{} || extent < 1 || extents.size() == Shape::max_rank - 1) break;
    extents.push_back(extent);
    if (rest.empty()) return Shape(extents);
    if (rest.front() != 'x' && rest.front() != 'X') break;
    rest.remove_prefix(1);
  }
  throw UsageError(fmt::format(
      "'{}' is not a shape; wanted 1 to 4 positive extents such as 28x28x1 (height x width x "
      "channels) or 784",
      text));
}

namespace {

/// Names that the layers would have anyway are left to them.
void drop_usual_names(std::vector<NodeSpec>& layers) {
  std::vector<NodeSpec> nameless = layers;
  for (NodeSpec& node : nameless) node.name.clear();
  const std::vector<std::string> names = names_of(nameless);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (layers[i].name == names[i]) layers[i].name.clear();
  }
}

}  // namespace

LayerList parse_layer_list(std::string_view text) {
  LayerList list;
  ListReader reader;
  const auto entries = split_entries(text);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string word = lowered(entries[i].substr(0, entries[i].find_first_of(" \t")));
    if (word == "input") {
      if (i != 0) throw UsageError(fmt::format("'{}' must be the first entry", entries[i]));
      list.input = parse_shape(trimmed(entries[i].substr(word.size())));
    } else if (lowered(entries[i]) == "softmax" && i + 1 == entries.size()) {
      list.activation = "softmax";
    } else {
      reader.read(entries[i]);
    }
  }
  list.layers = std::move(reader).take_layers();
  drop_usual_names(list.layers);
  if (list.layers.empty()) throw UsageError(fmt::format("'{}' names no layer", text));
  if (!list.activation) list.activation = take_trailing_sigmoid(list.layers);
  return list;
}

std::vector<std::string> layer_texts(const NetworkSpec& spec) {
  const std::vector<std::string> names = names_of(spec.layers);
  std::vector<bool> is_read_by_name(names.size());
  for (const NodeSpec& node : spec.layers) {
    for (const std::size_t input : node.inputs) {
      if (input > 0) is_read_by_name[input - 1] = true;
    }
  }
  std::vector<std::string> texts;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const NodeSpec& node = spec.layers[i];
    std::string text = layer_text(node.layer);
    if (node.is_frozen) text += " frozen";
    if (!node.inputs.empty()) text += " from";
    for (const std::size_t input : node.inputs) {
      text += fmt::format(" {}", input == 0 ? input_name : names[input - 1]);
    }
    const bool is_named = is_read_by_name[i] || !node.name.empty();
    texts.push_back(is_named ? fmt::format("{} as {}", text, names[i]) : text);
  }
  return texts;
}

std::string layer_list_text(const NetworkSpec& spec) {
  return fmt::format("input {}, {}", spec.input.text(), fmt::join(layer_texts(spec), ", "));
}

bool fits_input(const Shape& sample, const Shape& input) {
  const bool is_flat = sample.rank() == 1 || input.rank() == 1;
  return sample == input || (is_flat && sample.size() == input.size());
}

}  // namespace dtheta
