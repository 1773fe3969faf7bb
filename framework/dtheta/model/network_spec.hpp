/// NetworkSpec: a network as a value, and its notation as text.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dtheta/core/shape.hpp"
#include "dtheta/layers/catalog.hpp"

namespace dtheta {

/// One layer of a network, and where its inputs come from.
struct NodeSpec {
  /// A layer that reads the one before it.
  template <class L>
    requires std::constructible_from<LayerSpec, L>
  NodeSpec(L what) : layer(std::move(what)) {}  // NOLINT(google-explicit-constructor)
  NodeSpec(LayerSpec what, std::vector<std::size_t> from)
      : layer(std::move(what)), inputs(std::move(from)) {}

  LayerSpec layer;
  /// What it reads, in order: 0 is the network's input, i + 1 the output of layers[i], of earlier
  /// layers only. Empty: the layer before it.
  std::vector<std::size_t> inputs = {};
  std::string name = {};   ///< letters, digits and _; empty: its kind and number, as in "conv_2"
  bool is_frozen = false;  ///< its parameters are not trained; a batchnorm acts as in inference

  friend bool operator==(const NodeSpec&, const NodeSpec&) = default;
};

/// What a network is: the shape of one input sample and the layers up to the logits z^[L], each
/// after those it reads. The activation that turns logits into predictions belongs to the loss.
struct NetworkSpec {
  Shape input;
  std::vector<NodeSpec> layers;

  friend bool operator==(const NetworkSpec&, const NetworkSpec&) = default;
};

/// What layers[i] reads: its `inputs`, or the layer before it.
std::vector<std::size_t> inputs_of(const std::vector<NodeSpec>& layers, std::size_t i);

/// Whether each layer reads the one before it and nothing else.
bool is_chain(const NetworkSpec& spec);

/// What the layers are called: their own names, or "conv_2": the kind, and the number among its
/// kind. Throws UsageError when two have one name.
std::vector<std::string> names_of(const std::vector<NodeSpec>& layers);

/// Whether a layer can be called so: 1 to 64 letters, digits and _, no word of its own in a list.
bool is_layer_name(std::string_view name);

/// Appends `next`, or fuses it into the layer before, which it reads: an activation after a dense,
/// conv, batchnorm or add layer that has none and no name.
void append_layer(std::vector<NodeSpec>& layers, NodeSpec next);

/// A layer list as it was written, before it meets the data.
struct LayerList {
  std::optional<Shape> input;             ///< of a leading `input 28x28x1`
  std::vector<NodeSpec> layers;           ///< without the output activation
  std::optional<std::string> activation;  ///< a trailing `softmax` or `sigmoid`

  friend bool operator==(const LayerList&, const LayerList&) = default;
};

/// Reads "input 28x28x1, conv 6 5x5, relu, maxpool 2, flatten, dense 10". Entries are separated by
/// commas, semicolons or newlines; `#` begins a comment. An activation after a dense, conv,
/// batchnorm or add layer without one is fused into it; a trailing softmax, or a sigmoid that ends
/// the list, is the output activation.
///
/// An entry reads the one before it. One that ends in `as NAME` can be read from further down: by
/// `from NAME...`, which replaces the entry before as input, and by `add NAME...` and `concatenate
/// NAME...`, which take the entry before and those named; the network's input is called `input`.
/// `frozen` before these keeps an entry's parameters as they are. Throws UsageError that quotes the
/// entry.
LayerList parse_layer_list(std::string_view text);

/// The layer list that parse_layer_list reads back to the same input and layers; but for a softmax
/// that ends them, which it takes for the output activation.
std::string layer_list_text(const NetworkSpec& spec);

/// Each layer's entry in it.
std::vector<std::string> layer_texts(const NetworkSpec& spec);

/// "28x28x1" → {28, 28, 1}. Throws UsageError for anything but 1 to 4 positive extents.
Shape parse_shape(std::string_view text);

/// Whether samples of shape `sample` can be read as a network's `input`: the same shape, or one of
/// the two is a flat row of as many numbers (pictures that came as lines of a table). Never two
/// unlike shapes of more axes, whose sizes agree by chance or with axes exchanged.
bool fits_input(const Shape& sample, const Shape& input);

}  // namespace dtheta
