/// InputPreparation: how a stored number becomes the network's input.
#pragma once

namespace dtheta {

/// The network's input is x·scale for a stored number x. Recorded in the model, so that evaluation
/// and prediction prepare their samples as training did. A value.
struct InputPreparation {
  double scale = 1;

  friend bool operator==(const InputPreparation&, const InputPreparation&) = default;
};

}  // namespace dtheta
