/// Gradient descent with momentum, Nesterov's too.
#pragma once

#include "dtheta/optimizers/optimizer.hpp"

namespace dtheta {

/// v ← μ v + dθ, v zero at first, then
/// momentum: θ ← θ − η v (Polyak, 1964),
/// nesterov: θ ← θ − η (dθ + μ v) (Nesterov, 1983, in the form of Sutskever et al., 2013),
/// both in the form of PyTorch: a change of η acts on the whole step at once.
///
/// Immutable; safe from any thread on disjoint blocks.
template <std::floating_point T>
class Momentum final : public Optimizer<T> {
 public:
  /// Nesterov's where `options.name` is "nesterov". μ is `options.momentum`; throws UsageError when
  /// it is not in [0, 1), in T.
  explicit Momentum(const OptimizerOptions& options);

  std::string_view name() const override { return is_nesterov_ ? "nesterov" : "momentum"; }
  std::vector<std::string_view> slot_names() const override { return {"velocity"}; }
  void update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
              std::span<const std::span<T>> slots) const override;

 private:
  bool is_nesterov_;
  T momentum_;
};

}  // namespace dtheta
