/// The gradient checker: backward against central differences.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "support/numbers.hpp"

namespace dtheta {

/// The relative error that a gradient in double may have.
inline constexpr double gradient_tolerance = 1e-6;

/// The step of central differences: h² truncation and ε/h rounding are both far below the tolerance
/// for losses and derivatives of order 1 to 100.
inline constexpr double difference_step = 1e-5;

/// ∂loss/∂numbers by central differences: each number is moved by ± the step and put back.
inline std::vector<double> numeric_gradient(std::span<double> numbers,
                                            const std::function<double()>& loss) {
  std::vector<double> gradient;
  gradient.reserve(numbers.size());
  for (double& number : numbers) {
    const double saved = number;
    number = saved + difference_step;
    const double above = loss();
    number = saved - difference_step;
    const double below = loss();
    number = saved;
    gradient.push_back((above - below) / (2 * difference_step));
  }
  return gradient;
}

/// The relative error of `gradient` against central differences of `loss` by `numbers`; see
/// relative_error.
inline double gradient_error(std::span<const double> gradient, std::span<double> numbers,
                             const std::function<double()>& loss) {
  const std::vector<double> numeric = numeric_gradient(numbers, loss);
  return relative_error(gradient, std::span(numeric));
}

}  // namespace dtheta
