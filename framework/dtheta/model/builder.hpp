/// From the text of `--model` and what the data asks for to a network.
#pragma once

#include <string>
#include <string_view>

#include "dtheta/model/network_spec.hpp"

namespace dtheta {

/// What the data asks of a network.
struct DataTraits {
  Shape sample_shape;
  Size classes = 0;            ///< 0: regression
  Size values_per_sample = 0;  ///< of a regression
};

/// A network and the loss that fits its output.
struct NetworkChoice {
  NetworkSpec spec;
  std::string loss;
};

/// `text` is a name of the zoo or a layer list.
///
/// Output: for a name as wide as the data asks: 1 for two classes (one a class with categorical
/// cross entropy), one a class for more, k for regression. A layer list's last layer says its own
/// width.
/// Loss: `loss` when not empty; else by a trailing softmax (categorical cross entropy) or sigmoid
/// (binary cross entropy); else by the data: binary cross entropy for one output, categorical for
/// more, mean squared error for regression.
/// Input: the one a layer list begins with; else the data's sample shape, but a flat row that has
/// as many numbers as a named network's pictures is read as such a picture.
///
/// Throws UsageError when the text cannot be read, when `loss` is unknown or contradicts a trailing
/// activation, when a layer does not fit, when the layer list's input is not one that the data's
/// samples can be read as, and for a softmax over one output.
NetworkChoice choose_network(std::string_view text, const DataTraits& data, std::string_view loss);

}  // namespace dtheta
