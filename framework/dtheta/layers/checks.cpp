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

void check_picture(const Shape& sample) {
  if (sample.rank() == 3) return;
  throw UsageError(
      fmt::format("found samples of shape {}; wanted height x width x channels", sample.text()));
}

void check_dilation(const Extent2d& dilation, const Extent2d& stride) {
  check_extent(dilation, "dilation");
  if (dilation != Extent2d{1, 1} && stride != Extent2d{1, 1}) {
    throw UsageError("found a stride and a dilation above 1; wanted one of them");
  }
}

void check_epsilon(double epsilon) {
  if (epsilon > 0 && std::isfinite(epsilon)) return;
  throw UsageError(fmt::format("epsilon is {}; wanted a finite number above 0", epsilon));
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

void check_several(std::span<const Shape> inputs) {
  if (inputs.size() >= 2) return;
  throw UsageError(
      "found one input; wanted two or more: name the others after it, as in 'add shortcut', where "
      "an "
      "entry before ends in 'as shortcut'");
}

}  // namespace dtheta
