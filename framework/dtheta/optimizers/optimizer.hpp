/// Optimizer: how a gradient moves θ.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// Which optimizer and its hyperparameters; those that an optimizer does not have are ignored.
struct OptimizerOptions {
  std::string name = "adam";  ///< see optimizer_names
  double momentum = 0.9;      ///< of momentum and nesterov, in [0, 1)
  double beta1 = 0.9;         ///< of adam and adamw: decay of the mean, in [0, 1)
  double beta2 = 0.999;       ///< of adam and adamw: decay of the mean square, in [0, 1)
  double epsilon = 1e-8;      ///< of adam and adamw: added to the root, > 0

  friend bool operator==(const OptimizerOptions&, const OptimizerOptions&) = default;
};

/// Which step an optimizer takes. A value.
struct UpdateStep {
  Size number = 1;           ///< from 1 (Adam's bias correction)
  double learning_rate = 0;  ///< η
  double weight_decay = 0;   ///< λ; 0 for biases and the parameters of normalizations
};

/// Moves a block of θ by its mean gradient. Elementwise: a block may be any part of θ.
///
/// Immutable: the state (slots) is handed in, so any number of tasks may update disjoint blocks
/// with one object at once.
template <std::floating_point T>
class Optimizer {
 public:
  Optimizer() = default;
  virtual ~Optimizer() = default;
  Optimizer(const Optimizer&) = delete;
  Optimizer& operator=(const Optimizer&) = delete;

  /// No optimizer may have more state arrays.
  static constexpr std::size_t max_slots = 4;

  virtual std::string_view name() const = 0;

  /// The names of the state arrays, each as long as θ and zero at first: none for sgd,
  /// {"velocity"} for momentum and nesterov, {"mean", "mean_square"} for adam and adamw.
  virtual std::vector<std::string_view> slot_names() const = 0;

  /// θ {n} and every slot {n} are updated from dθ {n}, the mean gradient of this step. Weights
  /// decay apart from it, θ ← (1 − ηλ) θ before the move (Loshchilov and Hutter, 2019), with every
  /// optimizer: λ never gets into the slots.
  virtual void update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
                      std::span<const std::span<T>> slots) const = 0;
};

/// The optimizer that `options` names. Throws UsageError for an unknown name or a hyperparameter
/// out of range.
template <std::floating_point T>
std::unique_ptr<Optimizer<T>> make_optimizer(const OptimizerOptions& options);

/// The names that make_optimizer knows.
std::vector<std::string_view> optimizer_names();

/// The learning rate each optimizer is usually started with. Throws UsageError for an unknown name.
double default_learning_rate(std::string_view optimizer);

/// The weight decay λ that an optimizer has unless told otherwise: 0.01 for adamw, as in PyTorch,
/// 0 for the others. Throws UsageError for an unknown name.
double default_weight_decay(std::string_view optimizer);

}  // namespace dtheta
