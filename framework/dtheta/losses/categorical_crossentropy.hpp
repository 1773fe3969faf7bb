/// Cross entropy on a softmax output.
#pragma once

#include <concepts>
#include <string_view>

#include "dtheta/losses/loss.hpp"

namespace dtheta {

/// Equation (27) with â = softmax(z), equation (26). From the logits it is
///   J = Σᵢ yᵢ (log Σ_c e^z_c − zᵢ),   dz = â − y   (equation (36)),
/// with every exponent taken relative to the largest z of its sample, so that nothing overflows.
/// A sample's y must sum to 1: one-hot, or the probabilities of its classes.
///
/// Immutable; safe from any thread.
template <std::floating_point T>
class CategoricalCrossentropy final : public Loss<T> {
 public:
  std::string_view name() const override { return "categorical_crossentropy"; }
  std::string_view activation() const override { return "softmax"; }
  double forward_backward(View<const T> z, View<const T> y, View<T> dz) const override;
  double value(View<const T> z, View<const T> y) const override;
  void predict(View<const T> z, View<T> a) const override;
};

}  // namespace dtheta
