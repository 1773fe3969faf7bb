/// Spread: several measurements of one thing, in three numbers.
#pragma once

#include <vector>

namespace dtheta {

/// A median with the extremes beside it: on a machine that others use too, the mean says little.
struct Spread {
  double median = 0;
  double min = 0;
  double max = 0;
};

/// Of at least one measurement (asserted); of an even number the median is the mean of the middle
/// two.
Spread spread_of(std::vector<double> measurements);

}  // namespace dtheta
