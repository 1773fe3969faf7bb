#include "dtheta/training/class_metrics.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "dtheta/training/metrics.hpp"

namespace dtheta {
namespace {

double share(Size part, Size whole) {
  return whole == 0 ? 0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

std::vector<ClassFigures> class_figures(const ConfusionMatrix& confusion) {
  std::vector<ClassFigures> all;
  for (std::size_t c = 0; c < confusion.size(); ++c) {
    Size predicted = 0;
    for (const std::vector<Size>& row : confusion) predicted += row[c];
    const Size there = std::accumulate(confusion[c].begin(), confusion[c].end(), Size{0});
    const Size right = confusion[c][c];
    all.push_back({.precision = share(right, predicted),
                   .recall = share(right, there),
                   .f1 = share(2 * right, predicted + there)});
  }
  return all;
}

ClassFigures mean_of(std::span<const ClassFigures> figures) {
  ClassFigures mean;
  const auto count = static_cast<double>(figures.size());
  for (const ClassFigures& each : figures) {
    mean.precision += each.precision / count;
    mean.recall += each.recall / count;
    mean.f1 += each.f1 / count;
  }
  return mean;
}

double roc_auc(std::span<const double> scores, std::span<const bool> is_positive) {
  assert(scores.size() == is_positive.size());
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  if (std::ranges::any_of(scores, [](double score) { return std::isnan(score); })) return none;
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::sort(order, {}, [&](std::size_t n) { return scores[n]; });
  double wins = 0, negatives = 0, positives = 0;
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    double equal_positives = 0;
    for (; end < order.size() && scores[order[end]] == scores[order[begin]]; ++end) {
      equal_positives += is_positive[order[end]] ? 1 : 0;
    }
    const double equal_negatives = static_cast<double>(end - begin) - equal_positives;
    wins += equal_positives * (negatives + equal_negatives / 2);
    positives += equal_positives;
    negatives += equal_negatives;
    begin = end;
  }
  return positives == 0 || negatives == 0 ? none : wins / (positives * negatives);
}

template <std::floating_point T>
std::vector<double> roc_auc_by_class(View<const T> predictions, std::span<const Size> truth) {
  const Size outputs = predictions.dim(1);
  std::vector<double> scores(truth.size());
  const auto is_positive = std::make_unique<bool[]>(truth.size());
  std::vector<double> areas;
  for (Size k = 0; k < outputs; ++k) {
    for (std::size_t n = 0; n < truth.size(); ++n) {
      scores[n] = static_cast<double>(predictions[static_cast<Size>(n) * outputs + k]);
      is_positive[n] = truth[n] == (outputs == 1 ? 1 : k);
    }
    areas.push_back(roc_auc(scores, {is_positive.get(), truth.size()}));
  }
  if (outputs == 1) areas.push_back(areas.front());
  return areas;
}

template <std::floating_point T>
bool is_among_top(std::span<const T> row, Size truth, Size k, T threshold) {
  if (row.size() == 1) return k > 1 || class_of(row, threshold) == truth;
  const T own = row[static_cast<std::size_t>(truth)];
  if (std::isnan(own)) return false;
  Size before = 0;
  for (std::size_t c = 0; c < row.size(); ++c) {
    const bool is_earlier = row[c] == own && static_cast<Size>(c) < truth;
    before += row[c] > own || is_earlier ? 1 : 0;
  }
  return before < k;
}

template std::vector<double> roc_auc_by_class(View<const float>, std::span<const Size>);
template std::vector<double> roc_auc_by_class(View<const double>, std::span<const Size>);
template bool is_among_top(std::span<const float>, Size, Size, float);
template bool is_among_top(std::span<const double>, Size, Size, double);

}  // namespace dtheta
