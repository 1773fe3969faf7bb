/// NetworkSpec: a network as a value, and its notation as text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dtheta/core/shape.hpp"
#include "dtheta/layers/catalog.hpp"

namespace dtheta {

/// What a network is: the shape of one input sample and the layers up to the logits z^[L]. The
/// activation that turns logits into predictions belongs to the loss.
struct NetworkSpec {
  Shape input;
  std::vector<LayerSpec> layers;

  friend bool operator==(const NetworkSpec&, const NetworkSpec&) = default;
};

/// Appends `next`, or fuses it into the layer before: an activation after a dense or conv layer
/// that has none.
void append_layer(std::vector<LayerSpec>& layers, LayerSpec next);

/// A layer list as it was written, before it meets the data.
struct LayerList {
  std::optional<Shape> input;             ///< of a leading `input 28x28x1`
  std::vector<LayerSpec> layers;          ///< without the output activation
  std::optional<std::string> activation;  ///< a trailing `softmax` or `sigmoid`

  friend bool operator==(const LayerList&, const LayerList&) = default;
};

/// Reads "input 28x28x1, conv 6 5x5, relu, maxpool 2, flatten, dense 10". Entries are separated by
/// commas, semicolons or newlines; `#` begins a comment. An activation after a dense or conv layer
/// without one is fused into it; a trailing softmax, or a sigmoid that ends the list, is the output
/// activation. Throws UsageError that quotes the entry.
LayerList parse_layer_list(std::string_view text);

/// The layer list that parse_layer_list reads back to the same input and layers; but for a softmax
/// that ends them, which it takes for the output activation.
std::string layer_list_text(const NetworkSpec& spec);

/// "28x28x1" → {28, 28, 1}. Throws UsageError for anything but 1 to 4 positive extents.
Shape parse_shape(std::string_view text);

/// Whether samples of shape `sample` can be read as a network's `input`: the same shape, or one of
/// the two is a flat row of as many numbers (pictures that came as lines of a table). Never two
/// unlike shapes of more axes, whose sizes agree by chance or with axes exchanged.
bool fits_input(const Shape& sample, const Shape& input);

}  // namespace dtheta
