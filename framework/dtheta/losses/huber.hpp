/// Huber loss on a linear output.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include "dtheta/losses/loss.hpp"

namespace dtheta {

/// Squared near the target, absolute far from it, so that outliers pull no harder than δ: the mean
/// over a sample's k outputs of
///   (z − y)²/2          where |z − y| ≤ δ,
///   δ·(|z − y| − δ/2)   elsewhere,
/// as PyTorch's HuberLoss and Keras have it; hence dz = min(max(z − y, −δ), δ)/k. Huber, "Robust
/// estimation of a location parameter" (1964).
///
/// Immutable; safe from any thread.
template <std::floating_point T>
class Huber final : public Loss<T> {
 public:
  /// delta above 0, else UsageError is thrown.
  explicit Huber(double delta);

  /// "huber", or "huber 0.5" where δ is not 1.
  std::string_view name() const override { return name_; }
  std::string_view activation() const override { return "linear"; }
  double forward_backward(View<const T> z, View<const T> y, View<T> dz) const override;
  double value(View<const T> z, View<const T> y) const override;
  void predict(View<const T> z, View<T> a) const override;

 private:
  double delta_;
  std::string name_;
};

}  // namespace dtheta
