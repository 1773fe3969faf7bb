/// LAMB: Adam's direction, with a step for each parameter that goes with the size of its weights.
#pragma once

#include "dtheta/optimizers/optimizer.hpp"

namespace dtheta {

/// m and v as Adam's, with the bias corrections; u = m̂ / (√v̂ + ε) + λθ, θ ← θ − η (‖θ‖/‖u‖) u:
/// Algorithm 2 of You et al., 2020, with φ(z) = z. λ is the weight decay.
///
/// Immutable; safe from any thread on disjoint blocks.
template <std::floating_point T>
class Lamb final : public Optimizer<T> {
 public:
  /// β₁, β₂ and ε are `options.beta1`, `beta2` and `epsilon`; throws UsageError when one is out of
  /// range, in T.
  explicit Lamb(const OptimizerOptions& options);

  std::string_view name() const override { return "lamb"; }
  std::vector<std::string_view> slot_names() const override { return {"mean", "mean_square"}; }
  bool is_layerwise() const override { return true; }
  void direct(const UpdateStep& step, std::span<const T> theta, std::span<T> dtheta,
              std::span<const std::span<T>> slots) const override;
  double trust_ratio(double theta_norm, double direction_norm,
                     double /*weight_decay*/) const override;
  void update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
              std::span<const std::span<T>> slots) const override;

 private:
  double beta1_;
  double beta2_;
  double epsilon_;
};

}  // namespace dtheta
