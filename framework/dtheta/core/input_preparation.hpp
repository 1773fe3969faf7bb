/// InputPreparation: how a stored number becomes the network's input.
#pragma once

#include <limits>
#include <vector>

namespace dtheta {

/// Deviations below this would be 0 in float.
inline constexpr double smallest_deviation = std::numeric_limits<float>::min();

/// The network's input is (x·scale − mean)/deviation for a stored number x. Number i of a sample,
/// NHWC, has the mean and the deviation of channel i modulo their count. Recorded in the model, so
/// that evaluation and prediction prepare their samples as training did. A value.
struct InputPreparation {
  double scale = 1;
  std::vector<double> mean = {};  ///< one a channel (or one a column of a table); empty: x·scale
  std::vector<double> deviation =
      {};  ///< standard deviations, as many; at least smallest_deviation

  friend bool operator==(const InputPreparation&, const InputPreparation&) = default;
};

}  // namespace dtheta
