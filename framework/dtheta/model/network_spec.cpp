#include "dtheta/model/network_spec.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

#include <fmt/format.h>

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
std::optional<std::string> take_trailing_sigmoid(std::vector<LayerSpec>& layers) {
  if (layers.empty()) return std::nullopt;
  ActivationOptions* slot = fused_activation(layers.back());
  if (slot != nullptr && slot->kind == Activation::sigmoid) {
    *slot = {};
    return "sigmoid";
  }
  const auto* alone = std::get_if<ActivationOptions>(&layers.back());
  if (alone != nullptr && alone->kind == Activation::sigmoid) {
    layers.pop_back();
    return "sigmoid";
  }
  return std::nullopt;
}

}  // namespace

void append_layer(std::vector<LayerSpec>& layers, LayerSpec next) {
  const auto* activation = std::get_if<ActivationOptions>(&next);
  if (activation != nullptr && !layers.empty()) {
    ActivationOptions* slot = fused_activation(layers.back());
    if (slot != nullptr && slot->kind == Activation::identity) {
      *slot = *activation;
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

LayerList parse_layer_list(std::string_view text) {
  LayerList list;
  const auto entries = split_entries(text);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const std::string word = lowered(entries[i].substr(0, entries[i].find_first_of(" \t")));
    if (word == "input") {
      if (i != 0) throw UsageError(fmt::format("'{}' must be the first entry", entries[i]));
      list.input = parse_shape(trimmed(entries[i].substr(word.size())));
    } else if (lowered(entries[i]) == "softmax" && i + 1 == entries.size()) {
      list.activation = "softmax";
    } else {
      append_layer(list.layers, parse_layer(entries[i]));
    }
  }
  if (list.layers.empty()) throw UsageError(fmt::format("'{}' names no layer", text));
  if (!list.activation) list.activation = take_trailing_sigmoid(list.layers);
  return list;
}

std::string layer_list_text(const NetworkSpec& spec) {
  std::string text = "input " + spec.input.text();
  for (const LayerSpec& layer : spec.layers) text += ", " + layer_text(layer);
  return text;
}

bool fits_input(const Shape& sample, const Shape& input) {
  const bool is_flat = sample.rank() == 1 || input.rank() == 1;
  return sample == input || (is_flat && sample.size() == input.size());
}

}  // namespace dtheta
