#include "dtheta/benchmark/spread.hpp"

#include <algorithm>
#include <cassert>

namespace dtheta {

Spread spread_of(std::vector<double> measurements) {
  assert(!measurements.empty());
  std::ranges::sort(measurements);
  const std::size_t n = measurements.size();
  return {.median = (measurements[(n - 1) / 2] + measurements[n / 2]) / 2,
          .min = measurements.front(),
          .max = measurements.back()};
}

}  // namespace dtheta
