/// Adam: steps scaled by running moments of the gradient.
#pragma once

#include "dtheta/optimizers/optimizer.hpp"

namespace dtheta {

/// m ← β₁ m + (1 − β₁) dθ, v ← β₂ v + (1 − β₂) dθ²,
/// θ ← θ − η m̂ / (√v̂ + ε) with m̂ = m / (1 − β₁ᵗ), v̂ = v / (1 − β₂ᵗ), t the step from 1:
/// Algorithm 1 of Kingma and Ba, 2015. m and v are zero at first. AdamW (Loshchilov and Hutter,
/// 2019) is the same with weight decay, which it has by default.
///
/// Immutable; safe from any thread on disjoint blocks.
template <std::floating_point T>
class Adam final : public Optimizer<T> {
 public:
  /// AdamW where `options.name` is "adamw". β₁, β₂ and ε are `options.beta1`, `beta2` and
  /// `epsilon`; throws UsageError when one is out of range, in T.
  explicit Adam(const OptimizerOptions& options);

  std::string_view name() const override { return is_adamw_ ? "adamw" : "adam"; }
  std::vector<std::string_view> slot_names() const override { return {"mean", "mean_square"}; }
  void update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
              std::span<const std::span<T>> slots) const override;

 private:
  bool is_adamw_;
  double beta1_;
  double beta2_;
  double epsilon_;
};

}  // namespace dtheta
