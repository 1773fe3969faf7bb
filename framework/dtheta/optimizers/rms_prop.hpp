/// RMSProp and Adagrad: steps scaled by the root of squared gradients.
#pragma once

#include "dtheta/optimizers/optimizer.hpp"

namespace dtheta {

/// θ ← θ − η dθ / (√v + ε), v zero at first, with
/// rmsprop: v ← β₂ v + (1 − β₂) dθ² (Tieleman and Hinton, 2012), as in PyTorch without momentum,
/// adagrad: v ← v + dθ² (Duchi et al., 2011).
///
/// Immutable; safe from any thread on disjoint blocks.
template <std::floating_point T>
class RmsProp final : public Optimizer<T> {
 public:
  /// Adagrad where `options.name` is "adagrad". β₂ and ε are `options.beta2` and `epsilon`; throws
  /// UsageError when one is out of range, in T.
  explicit RmsProp(const OptimizerOptions& options);

  std::string_view name() const override { return is_adagrad_ ? "adagrad" : "rmsprop"; }
  std::vector<std::string_view> slot_names() const override {
    return {is_adagrad_ ? "sum_of_squares" : "mean_square"};
  }
  void update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
              std::span<const std::span<T>> slots) const override;

 private:
  bool is_adagrad_;
  T kept_;   // of v
  T added_;  // of dθ²
  T epsilon_;
};

}  // namespace dtheta
