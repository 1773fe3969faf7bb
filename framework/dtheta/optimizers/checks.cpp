#include "dtheta/optimizers/checks.hpp"

#include <cmath>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"

namespace dtheta {

void check_decay(std::string_view what, double value) {
  if (value >= 0 && value < 1) return;
  throw UsageError(fmt::format("{} is {}; wanted a number from 0 to below 1", what, value));
}

void check_positive(std::string_view what, double value) {
  if (value > 0 && std::isfinite(value)) return;
  throw UsageError(fmt::format("{} is {}; wanted a positive number", what, value));
}

}  // namespace dtheta
