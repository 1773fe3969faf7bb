/// Lion: steps of one size, by the sign of a mean gradient.
#pragma once

#include "dtheta/optimizers/optimizer.hpp"

namespace dtheta {

/// θ ← θ − η sign(β₁ m + (1 − β₁) dθ), then m ← β₂ m + (1 − β₂) dθ: Algorithm 2 of Chen et al.,
/// 2023. m is zero at first; sign(0) is 0.
///
/// Immutable; safe from any thread on disjoint blocks.
template <std::floating_point T>
class Lion final : public Optimizer<T> {
 public:
  /// β₁ and β₂ are `options.beta1` and `beta2`; throws UsageError when one is out of range, in T.
  explicit Lion(const OptimizerOptions& options);

  std::string_view name() const override { return "lion"; }
  std::vector<std::string_view> slot_names() const override { return {"mean"}; }
  void update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
              std::span<const std::span<T>> slots) const override;

 private:
  double beta1_;
  double beta2_;
};

}  // namespace dtheta
