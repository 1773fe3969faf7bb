/// Binary cross entropy on a sigmoid output.
#pragma once

#include <concepts>
#include <string_view>

#include "dtheta/losses/loss.hpp"

namespace dtheta {

/// Equation (5), summed over the k outputs, with â = sigmoid(z). From the logits it is
///   J = Σₖ max(z, 0) − z·y + log(1 + e^−|z|),   dz = â − y   (equations (11), (12)),
/// which neither takes the logarithm of 0 nor overflows. y is in [0, 1].
///
/// Immutable; safe from any thread.
template <std::floating_point T>
class BinaryCrossentropy final : public Loss<T> {
 public:
  std::string_view name() const override { return "binary_crossentropy"; }
  std::string_view activation() const override { return "sigmoid"; }
  double forward_backward(View<const T> z, View<const T> y, View<T> dz) const override;
  double value(View<const T> z, View<const T> y) const override;
  void predict(View<const T> z, View<T> a) const override;
};

}  // namespace dtheta
