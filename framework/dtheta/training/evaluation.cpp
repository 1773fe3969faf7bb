#include "dtheta/training/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/data/sample_runs.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/model/prepared_theta.hpp"
#include "dtheta/model/workspace.hpp"
#include "dtheta/training/metrics.hpp"

namespace dtheta {
namespace {

constexpr Size samples_per_task = 32;

Size tasks_for(Size samples) { return (samples + samples_per_task - 1) / samples_per_task; }

void check_sample_shape(const Shape& wanted, const Dataset& data) {
  if (fits_input(data.sample_shape(), wanted)) return;
  throw DataError(fmt::format(
      "the data's samples are {}, the model's input is {}; use a model made for this data",
      data.sample_shape().text(), wanted.text()));
}

/// Forward passes over `samples` in tasks of 32, each with its worker's own workspace;
/// body(first, z, y) sees the logits and the targets of those from samples[first] on.
template <std::floating_point T, class Body>
void for_each_batch(const Model<T>& model, const Dataset& data, std::span<const Size> samples,
                    bool with_targets, Workers& workers, Body body) {
  std::vector<Workspace<T>> workspaces;
  for (int worker = 0; worker < workers.threads(); ++worker) {
    workspaces.emplace_back(*model.network, samples_per_task, WorkspaceMode::inference);
  }
  PreparedTheta<T> theta(*model.network, WorkspaceMode::inference);
  theta.bind(model.theta.span());
  workers.for_each(theta.parts(), [&](Size part, int) { theta.update_part(part); });
  SampleRuns runs(data, samples, samples_per_task);
  Size done = 0;
  for (SampleBatch run = runs.next(); !run.empty(); run = runs.next()) {
    workers.for_each(tasks_for(run.size()), [&](Size task, int worker) {
      const Size first = task * samples_per_task;
      const Size m = std::min(samples_per_task, run.size() - first);
      Workspace<T>& workspace = workspaces[static_cast<std::size_t>(worker)];
      data.gather(run.part(first, m), model.input, workspace.x(m),
                  with_targets ? workspace.y(m) : View<T>());
      const View<const T> z = model.network->forward(theta, workspace, m);
      body(done + first, z, View<const T>(workspace.y(m)));
    });
    done += run.size();
  }
}

/// What the samples' classes are and what the model takes them for. Tasks may note different
/// samples at once.
template <std::floating_point T>
class ClassCounter {
 public:
  /// The data must outlive it; for regression it stays empty.
  ClassCounter(const Dataset& data, std::span<const Size> samples, T threshold, Size top_k)
      : classes_(static_cast<std::size_t>(data.classes())), threshold_(threshold), top_k_(top_k) {
    if (!data.is_classification()) return;
    for (const Size sample : samples) {
      truth_.push_back(data.labels()[static_cast<std::size_t>(sample)]);
    }
    predicted_.resize(truth_.size());
    is_among_top_.resize(top_k > 0 ? truth_.size() : 0);
  }

  /// Takes the logits z {m, k} of the samples from number `first` on.
  void note(Size first, View<const T> z) {
    for (Size row = 0; row < z.dim(0); ++row) {
      const auto n = static_cast<std::size_t>(first + row);
      const std::span<const T> logits = z.rows(row, 1).span();
      predicted_[n] = class_of(logits, threshold_);
      if (top_k_ > 0) is_among_top_[n] = is_among_top(logits, truth_[n], top_k_, threshold_);
    }
  }

  void fill_in(Evaluation& result) const {
    const auto n = static_cast<double>(truth_.size());
    result.confusion_matrix.assign(classes_, std::vector<Size>(classes_, 0));
    Size correct = 0;
    for (std::size_t i = 0; i < truth_.size(); ++i) {
      ++result.confusion_matrix[static_cast<std::size_t>(truth_[i])]
                               [static_cast<std::size_t>(predicted_[i])];
      correct += truth_[i] == predicted_[i] ? 1 : 0;
    }
    result.accuracy = static_cast<double>(correct) / n;
    result.top_k_accuracy = static_cast<double>(std::ranges::count(is_among_top_, 1)) / n;
  }

  std::span<const Size> truth() const { return truth_; }

 private:
  std::size_t classes_;
  T threshold_;
  Size top_k_;
  std::vector<Size> truth_;
  std::vector<Size> predicted_;
  std::vector<std::uint8_t> is_among_top_;  // one byte each: tasks write neighbours
};

/// The errors of column k of the predictions {n, outputs}.
template <std::floating_point T>
TargetError target_error(const Dataset& data, std::span<const Size> samples,
                         View<const T> predictions, Size k) {
  const Size outputs = predictions.dim(1);
  const auto truth = [&](std::size_t n) {
    return data.values()[static_cast<std::size_t>(samples[n] * outputs + k)];
  };
  const auto count = static_cast<double>(samples.size());
  double mean = 0;
  for (std::size_t n = 0; n < samples.size(); ++n) mean += truth(n) / count;
  double squares = 0;
  double deviations = 0;
  double distances = 0;
  for (std::size_t n = 0; n < samples.size(); ++n) {
    const double error =
        static_cast<double>(predictions[static_cast<Size>(n) * outputs + k]) - truth(n);
    squares += error * error;
    distances += std::abs(error);
    deviations += (truth(n) - mean) * (truth(n) - mean);
  }
  return {.rmse = std::sqrt(squares / count),
          .mae = distances / count,
          .r_squared =
              deviations > 0 ? 1 - squares / deviations : std::numeric_limits<double>::quiet_NaN()};
}

}  // namespace

template <std::floating_point T>
void check_fit(const Model<T>& model, const Dataset& data) {
  check_sample_shape(model.network->input_shape(), data);
  const Size outputs = model.network->output_shape().size();
  if (!data.is_classification()) {
    if (outputs == data.values_per_sample()) return;
    throw DataError(fmt::format("the data has {} target values a sample, the model {} outputs",
                                data.values_per_sample(), outputs));
  }
  if (outputs == data.classes() || (outputs == 1 && data.classes() == 2)) return;
  throw DataError(fmt::format(
      "the data has {} classes, the model {} output{}; wanted {}", data.classes(), outputs,
      outputs == 1 ? "" : "s",
      data.classes() == 2
          ? "1 (sigmoid) or 2 (softmax): end the layer list with 'dense 1'"
          : fmt::format("as many: end the layer list with 'dense {}'", data.classes())));
}

template <std::floating_point T>
Evaluation evaluate(const Model<T>& model, const Dataset& data, std::span<const Size> samples,
                    Workers& workers, const EvaluationDetail& detail) {
  check_fit(model, data);
  if (samples.empty()) throw DataError("there is no sample to evaluate");
  const auto loss = make_loss<T>(model.loss);
  const Size n = static_cast<Size>(samples.size());
  const Size outputs = model.network->output_shape().size();
  const bool wants_values = !data.is_classification() || detail.roc_auc;
  std::vector<double> loss_sums(static_cast<std::size_t>(tasks_for(n)));
  AlignedBuffer<T> values(wants_values ? n * outputs : 0);
  ClassCounter<T> counter(data, samples, decision_threshold<T>(loss->activation()), detail.top_k);
  for_each_batch(
      model, data, samples, true, workers, [&](Size first, View<const T> z, View<const T> y) {
        loss_sums[static_cast<std::size_t>(first / samples_per_task)] = loss->value(z, y);
        if (wants_values) loss->predict(z, values.view({n, outputs}).rows(first, z.dim(0)));
        if (data.is_classification()) counter.note(first, z);
      });

  Evaluation result{.samples = n};
  result.loss = std::accumulate(loss_sums.begin(), loss_sums.end(), 0.0) / static_cast<double>(n);
  const View<const T> rows = wants_values ? values.view({n, outputs}) : View<T>();
  if (data.is_classification()) {
    counter.fill_in(result);
    if (detail.roc_auc) result.roc_auc = roc_auc_by_class(rows, counter.truth());
  } else {
    for (Size k = 0; k < outputs; ++k) {
      result.target_errors.push_back(target_error(data, samples, rows, k));
    }
  }
  return result;
}

template <std::floating_point T>
Evaluation evaluate(const Model<T>& model, const Dataset& data, Workers& workers,
                    const EvaluationDetail& detail) {
  return evaluate(model, data, all_samples(data), workers, detail);
}

template <std::floating_point T>
AlignedBuffer<T> predict(const Model<T>& model, const Dataset& data, Workers& workers) {
  check_sample_shape(model.network->input_shape(), data);
  const auto loss = make_loss<T>(model.loss);
  const Size outputs = model.network->output_shape().size();
  AlignedBuffer<T> predictions(data.size() * outputs);
  const View<T> rows = predictions.view({data.size(), outputs});
  const std::vector<Size> samples = all_samples(data);
  for_each_batch(model, data, samples, false, workers,
                 [&](Size first, View<const T> z, View<const T>) {
                   loss->predict(z, rows.rows(first, z.dim(0)));
                 });
  return predictions;
}

template void check_fit(const Model<float>&, const Dataset&);
template void check_fit(const Model<double>&, const Dataset&);
template Evaluation evaluate(const Model<float>&, const Dataset&, std::span<const Size>, Workers&,
                             const EvaluationDetail&);
template Evaluation evaluate(const Model<double>&, const Dataset&, std::span<const Size>, Workers&,
                             const EvaluationDetail&);
template Evaluation evaluate(const Model<float>&, const Dataset&, Workers&,
                             const EvaluationDetail&);
template Evaluation evaluate(const Model<double>&, const Dataset&, Workers&,
                             const EvaluationDetail&);
template AlignedBuffer<float> predict(const Model<float>&, const Dataset&, Workers&);
template AlignedBuffer<double> predict(const Model<double>&, const Dataset&, Workers&);

}  // namespace dtheta
