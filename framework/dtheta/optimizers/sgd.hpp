/// Plain gradient descent.
#pragma once

#include "dtheta/optimizers/optimizer.hpp"

namespace dtheta {

/// θ ← θ − η dθ (Robbins and Monro, 1951). No state.
///
/// Immutable; safe from any thread on disjoint blocks.
template <std::floating_point T>
class Sgd final : public Optimizer<T> {
 public:
  std::string_view name() const override { return "sgd"; }
  std::vector<std::string_view> slot_names() const override { return {}; }
  void update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
              std::span<const std::span<T>> slots) const override;
};

}  // namespace dtheta
