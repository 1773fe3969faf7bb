/// Checks of hyperparameters that several optimizers share.
#pragma once

#include <string_view>

namespace dtheta {

/// Throws UsageError naming `what` unless value is in [0, 1).
void check_decay(std::string_view what, double value);

/// Throws UsageError naming `what` unless value is positive and finite.
void check_positive(std::string_view what, double value);

}  // namespace dtheta
