/// Gradient descent with momentum.
#pragma once

#include "dtheta/optimizers/optimizer.hpp"

namespace dtheta {

/// v ← μ v + dθ, θ ← θ − η v (Polyak, 1964), v zero at first, in the form of PyTorch: a change of η
/// acts on the whole step at once.
///
/// Immutable; safe from any thread on disjoint blocks.
template <std::floating_point T>
class Momentum final : public Optimizer<T> {
 public:
  /// μ is `options.momentum`; throws UsageError when it is not in [0, 1).
  explicit Momentum(const OptimizerOptions& options);

  std::string_view name() const override { return "momentum"; }
  std::vector<std::string_view> slot_names() const override { return {"velocity"}; }
  void update(Size step, double learning_rate, std::span<const T> dtheta, std::span<T> theta,
              std::span<const std::span<T>> slots) const override;

 private:
  T momentum_;
};

}  // namespace dtheta
