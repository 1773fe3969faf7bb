#include "dtheta/optimizers/checks.hpp"

#include <limits>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"

namespace dtheta {

template <std::floating_point T>
void check_decay(std::string_view what, double value) {
  const T held = static_cast<T>(value);
  if (held >= 0 && held < 1) return;
  const bool is_rounded = value >= 0 && value < 1;
  throw UsageError(fmt::format("{} is {}{}; wanted a number from 0 to below 1", what, value,
                               is_rounded ? ", which float32 rounds to 1" : ""));
}

template <std::floating_point T>
void check_positive(std::string_view what, double value) {
  constexpr double least = std::numeric_limits<T>::min();
  constexpr double most = std::numeric_limits<T>::max();
  if (value >= least && value <= most) return;
  throw UsageError(
      fmt::format("{} is {}; wanted a number from {:.3g} to {:.3g}", what, value, least, most));
}

template void check_decay<float>(std::string_view, double);
template void check_decay<double>(std::string_view, double);
template void check_positive<float>(std::string_view, double);
template void check_positive<double>(std::string_view, double);

}  // namespace dtheta
