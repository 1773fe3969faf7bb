#include "dtheta/optimizers/schedule.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
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

/// From `first` at share 0 to `last` at share 1 by half a cosine.
double annealed(double first, double last, double share) {
  return last + (first - last) * ((1 + std::cos(std::numbers::pi * share)) / 2);
}

/// As torch.optim.lr_scheduler.OneCycleLR has it.
double one_cycle(const ScheduleOptions& options, double peak, double done, double steps) {
  const double first = peak / options.div_factor;
  const double top = options.pct_start * steps - 1;
  if (done < top) return annealed(first, peak, done / top);
  return annealed(peak, first / options.final_div_factor, (done - top) / (steps - 1 - top));
}

/// Steps of `decay_every`, a third of the schedule's where nothing is said.
double decay_steps(const Schedule& schedule, double steps) {
  const auto& every = schedule.options.decay_every;
  return every ? static_cast<double>(every->steps(schedule.steps_per_epoch)) : steps / 3;
}

/// The rate after `done` of the schedule's `steps` steps.
double rate_after(const Schedule& schedule, double done, double steps) {
  const ScheduleOptions& options = schedule.options;
  const double rate = schedule.learning_rate, least = options.min_learning_rate;
  if (options.name == "constant" || options.name == "plateau") return rate;
  if (options.name == "cosine") return annealed(rate, least, done / steps);
  if (options.name == "polynomial") {
    return least + (rate - least) * std::pow(1 - done / steps, options.power);
  }
  if (options.name == "one-cycle") return one_cycle(options, rate, done, steps);
  const double times = done / decay_steps(schedule, steps);
  if (options.name == "step") return rate * std::pow(options.decay_rate, std::floor(times));
  if (options.name == "exponential") return rate * std::pow(options.decay_rate, times);
  refuse(options.name);
}

void want(bool holds, std::string_view name, double found, std::string_view wanted) {
  if (!holds) throw UsageError(fmt::format("{} is {}; wanted {}", name, found, wanted));
}

void check_interval(std::string_view name, const std::optional<TrainingInterval>& interval) {
  if (!interval || interval->unit != TrainingInterval::Unit::seconds) return;
  throw UsageError(fmt::format("{} is {}; wanted epochs or steps, such as 2epochs", name,
                               interval_text(*interval)));
}

}  // namespace

std::vector<std::string_view> schedule_names() {
  return {"constant", "step", "exponential", "cosine", "polynomial", "one-cycle", "plateau"};
}

bool ScheduleOptions::spans_training() const {
  if (name == "step" || name == "exponential") return !decay_every;
  return name != "constant" && name != "plateau";
}

Size Schedule::warmup_steps() const {
  return options.warmup ? options.warmup->steps(steps_per_epoch) : 0;
}

double Schedule::at(Size step) const {
  const Size warmup = warmup_steps();
  const auto steps = static_cast<double>(total_steps - warmup);
  if (step > warmup) return rate_after(*this, static_cast<double>(step - warmup - 1), steps);
  return rate_after(*this, 0, steps) *
         (static_cast<double>(step) / static_cast<double>(warmup + 1));
}

void Plateau::note(const ScheduleOptions& options, double loss) {
  if (loss < best.value_or(std::numeric_limits<double>::infinity()) * (1 - options.threshold)) {
    best = loss;
    bad_epochs = 0;
  } else if (++bad_epochs > options.patience) {
    factor *= options.decay_rate;
    bad_epochs = 0;
  }
}

void check(const ScheduleOptions& options) {
  const auto names = schedule_names();
  if (std::ranges::find(names, options.name) == names.end()) refuse(options.name);
  check_interval("warmup", options.warmup);
  check_interval("decay-every", options.decay_every);
  const auto is_above = [](double least, double number) {
    return number > least && std::isfinite(number);
  };
  want(is_above(0, options.decay_rate), "decay-rate", options.decay_rate, "a positive number");
  want(options.min_learning_rate >= 0 && std::isfinite(options.min_learning_rate),
       "min-learning-rate", options.min_learning_rate, "a number of at least 0");
  want(is_above(0, options.power), "power", options.power, "a positive number");
  want(options.pct_start > 0 && options.pct_start < 1, "pct-start", options.pct_start,
       "a share between 0 and 1");
  want(options.div_factor >= 1 && std::isfinite(options.div_factor), "div-factor",
       options.div_factor, "a number of at least 1");
  want(options.final_div_factor >= 1 && std::isfinite(options.final_div_factor), "final-div-factor",
       options.final_div_factor, "a number of at least 1");
  want(options.patience >= 0, "plateau-patience", static_cast<double>(options.patience),
       "a whole number of epochs");
  want(options.threshold >= 0 && options.threshold < 1, "plateau-threshold", options.threshold,
       "a share from 0 to below 1");
}

}  // namespace dtheta
