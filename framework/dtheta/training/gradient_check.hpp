/// Gradient check: backward against central differences of the loss, for any network.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "dtheta/losses/loss.hpp"
#include "dtheta/model/model.hpp"

namespace dtheta {

/// What is checked, and how closely. A value.
struct GradientCheckOptions {
  Size samples = 4;         ///< of the batch, with random inputs and targets
  std::uint64_t seed = 1;   ///< of those, and of which numbers are moved
  Size numbers = 20;        ///< that are moved in each array, spread over it; 0: all
  double tolerance = 1e-6;  ///< relative error of an array that counts as none
};

/// How one array of numbers came out.
struct GradientCheck {
  std::string name;    ///< "conv_1/kernel", or "input"
  Size size = 0;       ///< numbers in it
  Size checked = 0;    ///< of them moved
  double largest = 0;  ///< |derivative|, of all that backward gave
  /// The largest difference of those checked, relative to `largest`, or to a thousandth of the
  /// largest derivative of all arrays where that is more: so small are differences of the loss
  /// only noise.
  double error = 0;
};

/// Runs one batch of normal inputs (whole numbers for an embedding) and of targets that the loss
/// takes (classes at random, or normal values) forward and backward in training mode, the way a
/// training does, and moves numbers of every trained parameter and of the input by ±h one after
/// another.
///
/// h is 10⁻⁵ at first, relative to numbers above 1. Where the difference is not what backward says,
/// it may be that a kink (of a relu, of the largest in a window) lies within ±h; so h is made
/// smaller twice, and the best of the three counts: a wrong derivative stays wrong.
///
/// The input first, then the parameters in the network's order.
std::vector<GradientCheck> check_gradients(const Model<double>& model, const Loss<double>& loss,
                                           const GradientCheckOptions& options);

}  // namespace dtheta
