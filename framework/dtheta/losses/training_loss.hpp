/// TrainingLoss: a loss as training weighs it.
#pragma once

#include <concepts>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "dtheta/losses/loss.hpp"

namespace dtheta {

/// What training changes of a loss. A value.
struct TrainingLossOptions {
  /// ε in [0, 1): a target y becomes (1 − ε)·y + ε/k, k being the number of classes. For cross
  /// entropies. Szegedy et al., "Rethinking the inception architecture" (2016).
  double label_smoothing = 0;
  /// One a class, none negative; empty: 1 for all. Two where there is one output. Not for
  /// regression.
  std::vector<double> class_weights = {};
};

/// A shard's loss and what its samples count.
struct WeightedLoss {
  double sum = 0;     ///< Σₙ weighted J
  double weight = 0;  ///< m, or the sum of the weights: what `sum` is to be divided by
};

/// J as it stands, or with smooth labels and weights. With w for the class weights, s for a
/// sample's weight and y' for its smooth target the terms of a cross entropy are weighted by class,
///   J = s·Σ_c w_c·y'_c·(−log â_c),
/// and the sample counts s·Σ_c w_c·y_c in the mean: PyTorch's CrossEntropyLoss(weight,
/// label_smoothing), the mean of which is weighted, too. Other losses are s·(Σ_c w_c·y_c)·J. One
/// output stands for two classes.
///
/// Immutable; safe from any thread.
template <std::floating_point T>
class TrainingLoss {
 public:
  /// The loss of that name, for networks of `outputs` outputs. Throws UsageError as make_loss, and
  /// for options that are not for this loss or out of range.
  TrainingLoss(std::string_view name, TrainingLossOptions options, Size outputs);

  const Loss<T>& plain() const { return *loss_; }

  /// z {m, k} and y {m, k}, which is used up, and the samples' own weights {m} (empty: 1 each)  →
  /// Σₙ J and its derivative dz {m, k}, overwritten. With neither weights nor smooth labels the
  /// bits are those of Loss::forward_backward.
  WeightedLoss forward_backward(View<const T> z, View<T> y, std::span<const double> weights,
                                View<T> dz) const;

 private:
  void smooth(View<T> y) const;
  double class_weight(std::span<const T> y) const;
  double weigh_by_class(std::span<T> y) const;

  std::unique_ptr<Loss<T>> loss_;
  TrainingLossOptions options_;
  bool is_crossentropy_;
};

}  // namespace dtheta
