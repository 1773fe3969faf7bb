#include "dtheta/optimizers/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

[[noreturn]] void refuse(std::string_view name) {
  throw UsageError(fmt::format("unknown schedule '{}'; wanted one of {}", name,
                               fmt::join(schedule_names(), ", ")));
}

/// The rate after `done` of the schedule's `steps` steps, as a multiple of the learning rate.
double factor(const ScheduleOptions& options, double done, double steps) {
  if (options.name == "cosine") return (1 + std::cos(std::numbers::pi * (done / steps))) / 2;
  if (options.name == "constant") return 1;
  refuse(options.name);
}

}  // namespace

std::vector<std::string_view> schedule_names() { return {"constant", "cosine"}; }

Size Schedule::warmup_steps() const {
  return options.warmup ? options.warmup->steps(steps_per_epoch) : 0;
}

double Schedule::at(Size step) const {
  const Size warmup = warmup_steps();
  const auto steps = static_cast<double>(total_steps - warmup);
  if (step <= warmup) {
    return learning_rate * factor(options, 0, steps) *
           (static_cast<double>(step) / static_cast<double>(warmup + 1));
  }
  return learning_rate * factor(options, static_cast<double>(step - warmup - 1), steps);
}

void check(const ScheduleOptions& options) {
  const auto names = schedule_names();
  if (std::ranges::find(names, options.name) == names.end()) refuse(options.name);
  if (options.warmup && options.warmup->unit == TrainingInterval::Unit::seconds) {
    throw UsageError(fmt::format("warmup is {}; wanted epochs or steps, such as 2epochs",
                                 interval_text(*options.warmup)));
  }
}

}  // namespace dtheta
