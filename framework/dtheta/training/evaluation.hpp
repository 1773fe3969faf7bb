/// Evaluation and prediction: forward passes over a data set, in parallel.
#pragma once

#include <concepts>
#include <span>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/workers.hpp"
#include "dtheta/data/dataset.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/training/class_metrics.hpp"

namespace dtheta {

/// How far a regression's predictions of one target, a column, are from the truth.
struct TargetError {
  double rmse = 0;       ///< root of the mean squared error, in the target's unit
  double mae = 0;        ///< mean absolute error, in the target's unit
  double r_squared = 0;  ///< 1 - squared errors / squared deviations from the mean: 1 is perfect, 0
                         ///< no better than the mean; NaN when the target is the same everywhere
};

/// What is to be found out besides what costs nothing.
struct EvaluationDetail {
  bool roc_auc = false;
  Size top_k = 0;  ///< 0: no top-k accuracy
};

/// How well a model does on samples it is shown.
struct Evaluation {
  Size samples = 0;
  double loss = 0;                        ///< mean of J over the samples, without weight penalty
  double accuracy = 0;                    ///< share in [0, 1]; 0 for regression
  ConfusionMatrix confusion_matrix = {};  ///< empty for regression
  /// The area of each class against all others; empty unless asked for, and for regression.
  std::vector<double> roc_auc = {};
  /// Share of samples whose class is among the k that were asked for; 0 where none was.
  double top_k_accuracy = 0;
  /// One a target; empty for classification.
  std::vector<TargetError> target_errors = {};
};

/// Runs the samples of `data`, ascending where they are streamed, through the model. The result
/// depends neither on the number of workers nor on where the samples are. `detail` is for
/// classifications. Throws DataError when data and model do not fit, else as SampleRuns::next.
template <std::floating_point T>
Evaluation evaluate(const Model<T>& model, const Dataset& data, std::span<const Size> samples,
                    Workers& workers, const EvaluationDetail& detail = {});

/// The same over all samples of `data`.
template <std::floating_point T>
Evaluation evaluate(const Model<T>& model, const Dataset& data, Workers& workers,
                    const EvaluationDetail& detail = {});

/// The predictions {N, k} for all samples of `data`: probabilities where the loss is a cross
/// entropy. Throws DataError when the samples' shape does not fit; targets are not looked at.
template <std::floating_point T>
AlignedBuffer<T> predict(const Model<T>& model, const Dataset& data, Workers& workers);

/// Throws DataError unless the samples' shape and the targets fit the model, saying which and how
/// to mend it.
template <std::floating_point T>
void check_fit(const Model<T>& model, const Dataset& data);

}  // namespace dtheta
