/// Checks of hyperparameters that several optimizers share.
///
/// They look at what T holds of a number: 1e-50 is 0 in float.
#pragma once

#include <concepts>
#include <string_view>

namespace dtheta {

/// Throws UsageError naming `what` unless value is in [0, 1), rounded to T too.
template <std::floating_point T>
void check_decay(std::string_view what, double value);

/// Throws UsageError naming `what` unless value is positive, finite and not so small that T holds
/// it as 0 or as a denormal number, which workers take for 0.
template <std::floating_point T>
void check_positive(std::string_view what, double value);

}  // namespace dtheta
