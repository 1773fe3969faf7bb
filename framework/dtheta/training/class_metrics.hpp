/// How well a classification does, by class: precision, recall, F1, ROC AUC; and top-k accuracy.
#pragma once

#include <concepts>
#include <span>
#include <vector>

#include "dtheta/core/shape.hpp"
#include "dtheta/core/view.hpp"

namespace dtheta {

/// Row: the true class, column: the predicted one.
using ConfusionMatrix = std::vector<std::vector<Size>>;

/// The figures of one class, or their means over classes. What would be 0/0 is 0, as scikit-learn
/// has it by default.
struct ClassFigures {
  double precision = 0;  ///< share of those predicted as this class that are of it
  double recall = 0;     ///< share of those of this class that are predicted as such
  double f1 = 0;         ///< 2·precision·recall/(precision + recall)

  friend bool operator==(const ClassFigures&, const ClassFigures&) = default;
};

/// One a class.
std::vector<ClassFigures> class_figures(const ConfusionMatrix& confusion);

/// The plain mean over the classes ("macro").
ClassFigures mean_of(std::span<const ClassFigures> figures);

/// The area under the receiver operating characteristic: the share of pairs of a positive and a
/// negative sample in which the positive one has the higher score, equal scores counting half (Mann
/// and Whitney). NaN where one of the kinds is missing or a score is no number. O(n log n).
double roc_auc(std::span<const double> scores, std::span<const bool> is_positive);

/// Of each class against all others, from predictions {n, k} and true classes {n}; for one output
/// the same area twice, once for each of its classes.
template <std::floating_point T>
std::vector<double> roc_auc_by_class(View<const T> predictions, std::span<const Size> truth);

/// Whether fewer than `k` classes of a row of predictions come before the true one: with a higher
/// number, or the same and an earlier place. Two classes share one output: `k` = 1 asks whether it
/// is on the right side of `threshold`.
template <std::floating_point T>
bool is_among_top(std::span<const T> row, Size truth, Size k, T threshold);

}  // namespace dtheta
