#include "dtheta/layers/checks.hpp"

#include <cmath>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"

namespace dtheta {

void check_count(Size count, std::string_view what) {
  constexpr Size limit = Size{1} << 31;
  if (count < 1 || count >= limit) {
    throw UsageError(
        fmt::format("{} is {}; wanted a whole number from 1 to {}", what, count, limit - 1));
  }
}

void check_extent(const Extent2d& extent, std::string_view what) {
  check_count(extent.height, fmt::format("the height of the {}", what));
  check_count(extent.width, fmt::format("the width of the {}", what));
}

void check_activation(const ActivationOptions& activation) {
  const double slope = activation.slope, alpha = activation.alpha;
  if (activation.kind == Activation::leaky_relu && !(slope >= 0 && slope < 1)) {
    throw UsageError(
        fmt::format("the slope of leaky_relu is {}; wanted a number from 0 to below 1", slope));
  }
  if (activation.kind == Activation::elu && !(alpha >= 0 && std::isfinite(alpha))) {
    throw UsageError(fmt::format("the alpha of elu is {}; wanted a finite number from 0", alpha));
  }
}

}  // namespace dtheta
