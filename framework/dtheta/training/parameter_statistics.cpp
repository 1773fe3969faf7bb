#include "dtheta/training/parameter_statistics.hpp"

#include <algorithm>
#include <cmath>

namespace dtheta {

template <std::floating_point T>
ParameterStatistics<T>::ParameterStatistics(const Network<T>& network,
                                            std::span<const Block> blocks)
    : network_(network), theta_(blocks.size()), dtheta_(blocks.size()) {
  for (const Block& block : blocks) parameters_.push_back(block.parameter);
}

/// A number that is not finite makes all four so: comparisons alone would pass over a NaN.
template <std::floating_point T>
ParameterStatistics<T>::Sums ParameterStatistics<T>::sums_of(std::span<const T> numbers) {
  Sums sums{.lowest = static_cast<double>(numbers.front()),
            .highest = static_cast<double>(numbers.front())};
  for (const T element : numbers) {
    const auto number = static_cast<double>(element);
    sums.sum += number;
    sums.squares += number * number;
    sums.lowest = number < sums.lowest ? number : sums.lowest;
    sums.highest = number > sums.highest ? number : sums.highest;
  }
  if (std::isnan(sums.sum)) sums.lowest = sums.highest = sums.sum;
  return sums;
}

template <std::floating_point T>
void ParameterStatistics<T>::note(std::size_t index, std::span<const T> theta,
                                  std::span<const T> dtheta) {
  theta_[index] = sums_of(theta);
  dtheta_[index] = sums_of(dtheta);
}

template <std::floating_point T>
ArrayFigures ParameterStatistics<T>::joined(std::size_t parameter,
                                            std::span<const Sums> sums) const {
  Sums all;
  bool is_first = true;
  for (std::size_t b = 0; b < sums.size(); ++b) {
    if (parameters_[b] != parameter) continue;
    const bool is_nan = std::isnan(sums[b].sum);
    all.sum += sums[b].sum;
    all.squares += sums[b].squares;
    if (is_first || is_nan || sums[b].lowest < all.lowest) all.lowest = sums[b].lowest;
    if (is_first || is_nan || sums[b].highest > all.highest) all.highest = sums[b].highest;
    is_first = false;
  }
  const auto count = static_cast<double>(network_.parameters()[parameter].spec.shape.size());
  const double mean = all.sum / count;
  const double variance = all.squares / count - mean * mean;
  return {.mean = mean,
          .deviation = std::sqrt(variance < 0 ? 0 : variance),
          .lowest = all.lowest,
          .highest = all.highest,
          .norm = std::sqrt(all.squares)};
}

template <std::floating_point T>
std::vector<ParameterFigures> ParameterStatistics<T>::figures() const {
  std::vector<ParameterFigures> figures;
  for (std::size_t p = 0; p < network_.parameters().size(); ++p) {
    if (std::ranges::find(parameters_, p) == parameters_.end()) continue;
    figures.push_back({.parameter = p, .theta = joined(p, theta_), .dtheta = joined(p, dtheta_)});
  }
  return figures;
}

template class ParameterStatistics<float>;
template class ParameterStatistics<double>;

}  // namespace dtheta
