#include "dtheta/training/evaluation.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/model/prepared_theta.hpp"
#include "dtheta/model/workspace.hpp"
#include "dtheta/training/metrics.hpp"

namespace dtheta {
namespace {

constexpr Size samples_per_task = 32;

std::vector<Size> all_samples(const Dataset& data) {
  std::vector<Size> samples(static_cast<std::size_t>(data.size()));
  std::iota(samples.begin(), samples.end(), Size{0});
  return samples;
}

void check_sample_shape(const Shape& wanted, const Dataset& data) {
  if (fits_input(data.sample_shape(), wanted)) return;
  throw DataError(fmt::format(
      "the data's samples are {}, the model's input is {}; use a model made for this data",
      data.sample_shape().text(), wanted.text()));
}

/// Forward passes over `samples` in tasks of 32, each with its worker's own workspace;
/// body(task, first row, z, y) sees the logits and the targets.
template <std::floating_point T, class Body>
void for_each_batch(const Model<T>& model, const Dataset& data, std::span<const Size> samples,
                    bool with_targets, Workers& workers, Body body) {
  const Size n = static_cast<Size>(samples.size());
  std::vector<Workspace<T>> workspaces;
  for (int worker = 0; worker < workers.threads(); ++worker) {
    workspaces.emplace_back(*model.network, samples_per_task, WorkspaceMode::inference);
  }
  PreparedTheta<T> theta(*model.network, WorkspaceMode::inference);
  theta.bind(model.theta.span());
  workers.for_each(theta.parts(), [&](Size part, int) { theta.update_part(part); });
  workers.for_each((n + samples_per_task - 1) / samples_per_task, [&](Size task, int worker) {
    const Size first = task * samples_per_task;
    const Size m = std::min(samples_per_task, n - first);
    Workspace<T>& workspace = workspaces[static_cast<std::size_t>(worker)];
    const auto indices =
        samples.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(m));
    data.gather(indices, model.input, workspace.x(m), with_targets ? workspace.y(m) : View<T>());
    const View<const T> z = model.network->forward(theta, workspace, m);
    body(task, first, z, View<const T>(workspace.y(m)));
  });
}

/// Fills in the confusion matrix and the accuracy of the logits {n, k}.
template <std::floating_point T>
void count_classes(const Dataset& data, std::span<const Size> samples, View<const T> logits,
                   T threshold, Evaluation& result) {
  const auto classes = static_cast<std::size_t>(data.classes());
  result.confusion_matrix.assign(classes, std::vector<Size>(classes, 0));
  Size correct = 0;
  for (std::size_t n = 0; n < samples.size(); ++n) {
    const std::int32_t truth = data.labels()[static_cast<std::size_t>(samples[n])];
    const Size predicted = class_of(logits.rows(static_cast<Size>(n), 1).span(), threshold);
    ++result.confusion_matrix[static_cast<std::size_t>(truth)][static_cast<std::size_t>(predicted)];
    correct += truth == predicted ? 1 : 0;
  }
  result.accuracy = static_cast<double>(correct) / static_cast<double>(samples.size());
}

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
                    Workers& workers) {
  check_fit(model, data);
  if (samples.empty()) throw DataError("there is no sample to evaluate");
  const auto loss = make_loss<T>(model.loss);
  const Size n = static_cast<Size>(samples.size());
  const Size outputs = model.network->output_shape().size();
  std::vector<ShardMetrics> metrics(samples.size() / samples_per_task + 1);
  AlignedBuffer<T> logits(n * outputs);
  for_each_batch(model, data, samples, true, workers,
                 [&](Size task, Size first, View<const T> z, View<const T> y) {
                   metrics[static_cast<std::size_t>(task)].loss_sum = loss->value(z, y);
                   std::ranges::copy(z.span(), logits.data() + first * outputs);
                 });

  Evaluation result{.samples = n};
  double loss_sum = 0;
  for (const ShardMetrics& task : metrics) loss_sum += task.loss_sum;
  result.loss = loss_sum / static_cast<double>(n);
  const View<T> rows = logits.view({n, outputs});
  if (data.is_classification()) {
    count_classes(data, samples, View<const T>(rows), decision_threshold<T>(loss->activation()),
                  result);
  } else {
    loss->predict(rows, rows);
    for (Size k = 0; k < outputs; ++k) {
      result.target_errors.push_back(target_error(data, samples, View<const T>(rows), k));
    }
  }
  return result;
}

template <std::floating_point T>
Evaluation evaluate(const Model<T>& model, const Dataset& data, Workers& workers) {
  return evaluate(model, data, all_samples(data), workers);
}

template <std::floating_point T>
AlignedBuffer<T> predict(const Model<T>& model, const Dataset& data, Workers& workers) {
  check_sample_shape(model.network->input_shape(), data);
  const auto loss = make_loss<T>(model.loss);
  const Size outputs = model.network->output_shape().size();
  AlignedBuffer<T> predictions(data.size() * outputs);
  const View<T> rows = predictions.view({data.size(), outputs});
  for_each_batch(model, data, all_samples(data), false, workers,
                 [&](Size, Size first, View<const T> z, View<const T>) {
                   loss->predict(z, rows.rows(first, z.dim(0)));
                 });
  return predictions;
}

template void check_fit(const Model<float>&, const Dataset&);
template void check_fit(const Model<double>&, const Dataset&);
template Evaluation evaluate(const Model<float>&, const Dataset&, std::span<const Size>, Workers&);
template Evaluation evaluate(const Model<double>&, const Dataset&, std::span<const Size>, Workers&);
template Evaluation evaluate(const Model<float>&, const Dataset&, Workers&);
template Evaluation evaluate(const Model<double>&, const Dataset&, Workers&);
template AlignedBuffer<float> predict(const Model<float>&, const Dataset&, Workers&);
template AlignedBuffer<double> predict(const Model<double>&, const Dataset&, Workers&);

}  // namespace dtheta
