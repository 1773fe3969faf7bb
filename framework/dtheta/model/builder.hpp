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

/// `text` is a name of the zoo or a layer list. For a name the output is as wide as the data asks:
/// 1 (binary cross entropy) for two classes, one a class (categorical cross entropy) for more, k
/// (mean squared error) for regression; a layer list's last layer says its own width. `loss`, when
/// not empty, overrides; so does a trailing softmax or sigmoid. A layer list without `input` takes
/// the data's sample shape. Throws UsageError when the text cannot be read, when `loss` and a
/// trailing activation contradict each other, or when a layer does not fit.
NetworkChoice choose_network(std::string_view text, const DataTraits& data, std::string_view loss);

}  // namespace dtheta
