/// LARS: momentum, with a rate for each parameter that goes with the size of its weights.
#pragma once

#include "dtheta/optimizers/optimizer.hpp"

namespace dtheta {

/// v ← μ v + η r (dθ + λθ), θ ← θ − v with r = c ‖θ‖ / (‖dθ‖ + λ‖θ‖): Algorithm 1 of You et al.,
/// 2017. v is zero at first; λ is the weight decay, c the trust coefficient.
///
/// Immutable; safe from any thread on disjoint blocks.
template <std::floating_point T>
class Lars final : public Optimizer<T> {
 public:
  /// μ and c are `options.momentum` and `trust_coefficient`; throws UsageError when one is out of
  /// range, in T.
  explicit Lars(const OptimizerOptions& options);

  std::string_view name() const override { return "lars"; }
  std::vector<std::string_view> slot_names() const override { return {"velocity"}; }
  bool is_layerwise() const override { return true; }
  double trust_ratio(double theta_norm, double direction_norm, double weight_decay) const override;
  void update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
              std::span<const std::span<T>> slots) const override;

 private:
  T momentum_;
  double trust_coefficient_;
};

}  // namespace dtheta
