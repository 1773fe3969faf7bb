#include "dtheta/losses/training_loss.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

bool is_crossentropy(std::string_view loss) { return loss.ends_with("_crossentropy"); }

void check_smoothing(std::string_view loss, double epsilon) {
  if (!(epsilon >= 0 && epsilon < 1)) {
    throw UsageError(
        fmt::format("label smoothing is {}; wanted a share from 0 to below 1", epsilon));
  }
  if (epsilon > 0 && !is_crossentropy(loss)) {
    throw UsageError(fmt::format(
        "label smoothing {} and loss {} contradict each other: it is for cross entropies", epsilon,
        loss));
  }
}

void check_weights(const std::vector<double>& weights, Size outputs) {
  if (weights.empty()) return;
  const Size classes = outputs == 1 ? 2 : outputs;
  if (static_cast<Size>(weights.size()) != classes) {
    throw UsageError(
        fmt::format("there are {} class weights for {} classes", weights.size(), classes));
  }
  const auto is_fit = [](double weight) { return std::isfinite(weight) && weight >= 0; };
  const auto bad = std::ranges::find_if_not(weights, is_fit);
  if (bad != weights.end()) {
    throw UsageError(fmt::format("a class weight is {}; wanted numbers of at least 0", *bad));
  }
}

}  // namespace

template <std::floating_point T>
TrainingLoss<T>::TrainingLoss(std::string_view name, TrainingLossOptions options, Size outputs)
    : loss_(make_loss<T>(name)),
      options_(std::move(options)),
      is_crossentropy_(is_crossentropy(loss_->name())) {
  check_smoothing(loss_->name(), options_.label_smoothing);
  check_weights(options_.class_weights, outputs);
}

template <std::floating_point T>
WeightedLoss TrainingLoss<T>::forward_backward(View<const T> z, View<T> y,
                                               std::span<const double> weights, View<T> dz) const {
  const Size m = z.dim(0);
  const bool is_weighted = !weights.empty() || !options_.class_weights.empty();
  if (!is_weighted) {
    smooth(y);
    return {.sum = loss_->forward_backward(z, y, dz), .weight = static_cast<double>(m)};
  }
  WeightedLoss result;
  const auto k = static_cast<std::size_t>(y.dim(1));
  for (Size n = 0; n < m; ++n) {
    const std::span<T> target = y.span().subspan(static_cast<std::size_t>(n) * k, k);
    const double own = weights.empty() ? 1 : weights[static_cast<std::size_t>(n)];
    result.weight += own * class_weight(target);
    smooth(y.rows(n, 1));
    const double weight = own * weigh_by_class(target);
    const View<T> slope = dz.rows(n, 1);
    const double loss = loss_->forward_backward(z.rows(n, 1), y.rows(n, 1), slope);
    result.sum += weight * loss;
    for (T& number : slope.span()) number *= static_cast<T>(weight);
  }
  return result;
}

template <std::floating_point T>
void TrainingLoss<T>::smooth(View<T> y) const {
  const double epsilon = options_.label_smoothing;
  if (epsilon == 0) return;
  const auto classes = static_cast<double>(y.dim(1) == 1 ? 2 : y.dim(1));
  const T kept = static_cast<T>(1 - epsilon);
  const T added = static_cast<T>(epsilon / classes);
  for (T& target : y.span()) target = kept * target + added;
}

template <std::floating_point T>
double TrainingLoss<T>::class_weight(std::span<const T> y) const {
  const std::vector<double>& w = options_.class_weights;
  if (w.empty()) return 1;
  if (y.size() == 1) {
    const double share = y[0];
    return w[0] * (1 - share) + w[1] * share;
  }
  double sum = 0;
  for (std::size_t c = 0; c < y.size(); ++c) sum += w[c] * static_cast<double>(y[c]);
  return sum;
}

// Σ_c w_c·y_c·(−log â_c) is v times the cross entropy of the targets w_c·y_c/v, v = Σ_c w_c·y_c.
template <std::floating_point T>
double TrainingLoss<T>::weigh_by_class(std::span<T> y) const {
  const double sum = class_weight(y);
  const std::vector<double>& w = options_.class_weights;
  if (w.empty() || sum == 0 || !is_crossentropy_) return sum;
  for (std::size_t c = 0; c < y.size(); ++c) {
    const double weight = w[y.size() == 1 ? 1 : c];
    y[c] = static_cast<T>(weight * static_cast<double>(y[c]) / sum);
  }
  return sum;
}

template class TrainingLoss<float>;
template class TrainingLoss<double>;

}  // namespace dtheta
