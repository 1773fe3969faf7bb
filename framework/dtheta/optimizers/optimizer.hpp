/// Optimizer: how a gradient moves θ.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// Which optimizer and its hyperparameters; those that an optimizer does not have are ignored.
struct OptimizerOptions {
  std::string name = "adam";  ///< see optimizer_names
  double momentum = 0.9;      ///< μ of momentum, nesterov and lars, in [0, 1)
  double beta1 = 0.9;         ///< decay of the mean, of adam, adamw, lamb and lion, in [0, 1)
  std::optional<double> beta2 =
      {};  ///< decay of the mean square, of rmsprop, adam, adamw and lamb,
           ///< and of lion's mean, in [0, 1); none: see with_defaults
  std::optional<double> epsilon = {};  ///< added to the root, of rmsprop, adagrad, adam, adamw and
                                       ///< lamb, > 0; none: see with_defaults
  double trust_coefficient = 0.001;    ///< of lars, > 0

  friend bool operator==(const OptimizerOptions&, const OptimizerOptions&) = default;
};

/// The same with what stands for the values that are not named: β₂ 0.99 for rmsprop and lion, else
/// 0.999; ε 1e-10 for adagrad, 1e-6 for lamb, else 1e-8.
OptimizerOptions with_defaults(OptimizerOptions options);

/// Which step an optimizer takes. A value.
struct UpdateStep {
  Size number = 1;           ///< from 1 (Adam's bias correction)
  double learning_rate = 0;  ///< η
  double weight_decay = 0;   ///< λ; 0 for biases and the parameters of normalizations
};

/// Moves a block of θ by its mean gradient. A block may be any part of a parameter: what is
/// computed is elementwise, or comes from norms that are handed in.
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
  /// {"velocity"} for momentum and nesterov, {"mean", "mean_square"} for adam.
  virtual std::vector<std::string_view> slot_names() const = 0;

  /// θ {n} and every slot {n} are updated from dθ {n}, the mean gradient of this step. Weights
  /// decay apart from it, θ ← (1 − ηλ) θ before the move (Loshchilov and Hutter, 2019), unless the
  /// optimizer is layerwise: λ never gets into the slots.
  virtual void update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
                      std::span<const std::span<T>> slots) const = 0;

  /// Whether a parameter's step depends on norms over all of it. Its blocks are then first given to
  /// `direct`, and `update` gets what that has left in dθ, with the learning rate times the
  /// parameter's `trust_ratio`. Biases, and the parameters of normalizations, have the ratio 1.
  virtual bool is_layerwise() const { return false; }

  /// Turns dθ {n} into the direction {n} of the move, and updates slots; leaves both by default.
  virtual void direct(const UpdateStep& step, std::span<const T> theta, std::span<T> dtheta,
                      std::span<const std::span<T>> slots) const;

  /// What the learning rate of a parameter is multiplied by, from the norms of its θ and its
  /// direction; 1 by default.
  virtual double trust_ratio(double theta_norm, double direction_norm, double weight_decay) const;
};

/// The optimizer that `options` names. Throws UsageError for an unknown name or a hyperparameter
/// out of range.
template <std::floating_point T>
std::unique_ptr<Optimizer<T>> make_optimizer(const OptimizerOptions& options);

/// One step of a whole parameter {n}, as a training takes it in blocks; dθ is used up.
/// `is_adapted`: a layerwise optimizer's trust ratio is applied.
template <std::floating_point T>
void update_parameter(const Optimizer<T>& optimizer, UpdateStep step, bool is_adapted,
                      std::span<T> dtheta, std::span<T> theta, std::span<const std::span<T>> slots);

/// The names that make_optimizer knows.
std::vector<std::string_view> optimizer_names();

/// The learning rate each optimizer is usually started with. Throws UsageError for an unknown name.
double default_learning_rate(std::string_view optimizer);

/// The weight decay λ that an optimizer has unless told otherwise: 0.01 for adamw, as in PyTorch,
/// 0 for the others. Throws UsageError for an unknown name.
double default_weight_decay(std::string_view optimizer);

}  // namespace dtheta
