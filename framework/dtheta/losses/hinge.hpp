/// Hinge loss on scores, that of support vector machines.
#pragma once

#include <concepts>
#include <string_view>

#include "dtheta/losses/loss.hpp"

namespace dtheta {

/// The right one of k classes is to lead by a margin of 1; what it lacks of that is the loss,
///   J = Σ_c y_c · (1/k) Σ_{i≠c} max(0, 1 − z_c + z_i):
/// PyTorch's MultiMarginLoss, for targets that may be mixtures of classes. Two classes have two
/// outputs. The predictions are the scores z themselves; they are no probabilities.
///
/// Immutable; safe from any thread.
template <std::floating_point T>
class Hinge final : public Loss<T> {
 public:
  std::string_view name() const override { return "hinge"; }
  std::string_view activation() const override { return "linear"; }
  double forward_backward(View<const T> z, View<const T> y, View<T> dz) const override;
  double value(View<const T> z, View<const T> y) const override;
  void predict(View<const T> z, View<T> a) const override;
};

}  // namespace dtheta
