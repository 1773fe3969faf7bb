/// Gradient descent with Nesterov's momentum.
#pragma once

#include "dtheta/optimizers/optimizer.hpp"

namespace dtheta {

/// v ← μ v + dθ, θ ← θ − η (dθ + μ v) (Nesterov, 1983, in the form of Sutskever et al., 2013, and
/// of PyTorch), v zero at first.
///
/// Immutable; safe from any thread on disjoint blocks.
template <std::floating_point T>
class Nesterov final : public Optimizer<T> {
 public:
  /// μ is `options.momentum`; throws UsageError when it is not in [0, 1).
  explicit Nesterov(const OptimizerOptions& options);

  std::string_view name() const override { return "nesterov"; }
  std::vector<std::string_view> slot_names() const override { return {"velocity"}; }
  void update(Size step, double learning_rate, std::span<const T> dtheta, std::span<T> theta,
              std::span<const std::span<T>> slots) const override;

 private:
  T momentum_;
};

}  // namespace dtheta
