/// Mean squared error on a linear output.
#pragma once

#include <concepts>
#include <string_view>

#include "dtheta/losses/loss.hpp"

namespace dtheta {

/// J = (1/k) Σₖ (z − y)² with â = z, the mean over a sample's k outputs, as Keras and PyTorch have
/// it; hence dz = 2 (z − y) / k.
///
/// Immutable; safe from any thread.
template <std::floating_point T>
class MeanSquaredError final : public Loss<T> {
 public:
  std::string_view name() const override { return "mean_squared_error"; }
  std::string_view activation() const override { return "linear"; }
  double forward_backward(View<const T> z, View<const T> y, View<T> dz) const override;
  double value(View<const T> z, View<const T> y) const override;
  void predict(View<const T> z, View<T> a) const override;
};

}  // namespace dtheta
