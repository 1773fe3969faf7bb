/// The options of dtheta train that decide how the learning rate changes.
#pragma once

#include "command.hpp"
#include "dtheta/optimizers/schedule.hpp"
#include "option.hpp"

namespace dtheta::cli {

/// The group Schedule, bound to `schedule`.
OptionGroup schedule_options(ScheduleOptions& schedule);

/// Throws UsageError for a parameter that the schedule does not have, naming both.
void check_schedule_options(const Interface& interface, const ScheduleOptions& schedule);

}  // namespace dtheta::cli
