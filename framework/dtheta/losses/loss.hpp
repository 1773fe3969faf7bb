/// Loss: how far predictions are from the truth, and the derivative that backward starts from.
#pragma once

#include <concepts>
#include <memory>
#include <string_view>
#include <vector>

#include "dtheta/core/view.hpp"

namespace dtheta {

/// A function J of one sample's logits z and target y, with the activation â = g(z) that turns
/// logits into predictions. Everything is computed from z, never from log(â): finite for any
/// |z| ≤ 10⁴ (and beyond).
///
/// Immutable; safe from any thread.
template <std::floating_point T>
class Loss {
 public:
  Loss() = default;
  virtual ~Loss() = default;
  Loss(const Loss&) = delete;
  Loss& operator=(const Loss&) = delete;

  /// The name that make_loss makes it of.
  virtual std::string_view name() const = 0;

  /// The activation g between logits and predictions: "sigmoid", "softmax" or "linear".
  virtual std::string_view activation() const = 0;

  /// z {m, k}, y {m, k}  →  Σₙ J over the m samples, and dz {m, k} = ∂(Σₙ J)/∂z, overwritten.
  virtual double forward_backward(View<const T> z, View<const T> y, View<T> dz) const = 0;

  /// z {m, k}, y {m, k}  →  Σₙ J over the m samples.
  virtual double value(View<const T> z, View<const T> y) const = 0;

  /// z {m, k}  →  the predictions a {m, k} = g(z), overwritten; `a` may be `z` itself.
  virtual void predict(View<const T> z, View<T> a) const = 0;
};

/// The loss of that name; "huber 0.5" has another δ than 1. Throws UsageError naming the known
/// ones.
template <std::floating_point T>
std::unique_ptr<Loss<T>> make_loss(std::string_view name);

/// The names that make_loss knows, without what may follow them.
std::vector<std::string_view> loss_names();

}  // namespace dtheta
