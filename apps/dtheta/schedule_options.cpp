#include "schedule_options.hpp"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "dtheta/core/training_interval.hpp"
#include "option_rules.hpp"

namespace dtheta::cli {
namespace {

/// Which schedules have which parameter.
const std::vector<OptionUse>& schedule_uses() {
  static const std::vector<OptionUse> uses{
      {"decay-rate", {"step", "exponential", "plateau"}},
      {"decay-every", {"step", "exponential"}},
      {"min-learning-rate", {"cosine", "polynomial", "plateau"}},
      {"power", {"polynomial"}},
      {"pct-start", {"one-cycle"}},
      {"div-factor", {"one-cycle"}},
      {"final-div-factor", {"one-cycle"}},
      {"plateau-patience", {"plateau"}},
      {"plateau-threshold", {"plateau"}},
  };
  return uses;
}

/// Epochs or steps; no value where there are none.
Option interval_option(OptionText text, std::optional<TrainingInterval>& target) {
  return {.name = std::move(text.name),
          .placeholder = "INTERVAL",
          .help = std::move(text.help),
          .wanted = "a whole number from 1 and a unit: 2epochs or 500steps",
          .preset = std::move(text.preset),
          .read =
              [&target](const std::string& value) {
                const auto interval = parse_interval(value);
                if (!interval || interval->unit == TrainingInterval::Unit::seconds) return false;
                target = interval;
                return true;
              },
          .text = [&target] { return target ? interval_text(*target) : std::string(); }};
}

/// Without a value where the schedule has no use for it.
Option of_schedule(Option option, const ScheduleOptions& schedule) {
  const auto use =
      std::ranges::find(schedule_uses(), std::string_view(option.name), &OptionUse::option);
  return only_while(std::move(option),
                    [&schedule, use = *use] { return use.holds_for(schedule.name); });
}

std::vector<Option> decay_options(ScheduleOptions& schedule) {
  return {
      real_number({.name = "decay-rate",
                   .placeholder = "FACTOR",
                   .help = "what the rate is multiplied by: by step and exponential every "
                           "--decay-every, by plateau when the loss falls no more"},
                  schedule.decay_rate, "above 0 and below 1",
                  [](double factor) { return factor > 0 && factor < 1; }),
      interval_option({.name = "decay-every",
                       .help = "how long step keeps a rate, and exponential takes to fall by "
                               "--decay-rate",
                       .preset = "a third of the training"},
                      schedule.decay_every),
      real_number({.name = "min-learning-rate",
                   .placeholder = "RATE",
                   .help = "where cosine and polynomial end, and what plateau does not go below"},
                  schedule.min_learning_rate, "from 0", [](double rate) { return rate >= 0; }),
      real_number({.name = "power",
                   .placeholder = "NUMBER",
                   .help = "of polynomial: the rate is that power of what is left of the training"},
                  schedule.power, "above 0", [](double power) { return power > 0; }),
  };
}

std::vector<Option> one_cycle_options(ScheduleOptions& schedule) {
  const auto is_factor = [](double factor) { return factor >= 1; };
  return {
      real_number({.name = "pct-start",
                   .placeholder = "SHARE",
                   .help = "share of the steps in which the rate of one-cycle rises"},
                  schedule.pct_start, "between 0 and 1",
                  [](double share) { return share > 0 && share < 1; }),
      real_number({.name = "div-factor",
                   .placeholder = "FACTOR",
                   .help = "the highest rate of one-cycle over the first"},
                  schedule.div_factor, "from 1", is_factor),
      real_number({.name = "final-div-factor",
                   .placeholder = "FACTOR",
                   .help = "the first rate of one-cycle over the last"},
                  schedule.final_div_factor, "from 1", is_factor),
  };
}

std::vector<Option> plateau_options(ScheduleOptions& schedule) {
  return {
      whole_number({.name = "plateau-patience",
                    .placeholder = "N",
                    .help = "epochs in a row without a lower loss that plateau bears: of the "
                            "validation samples, or of training where nothing is held out"},
                   schedule.patience, 0, std::numeric_limits<Size>::max()),
      real_number({.name = "plateau-threshold",
                   .placeholder = "SHARE",
                   .help = "share of the best loss by which a lower one has to be lower"},
                  schedule.threshold, "from 0 to below 1",
                  [](double share) { return share >= 0 && share < 1; }),
  };
}

}  // namespace

OptionGroup schedule_options(ScheduleOptions& schedule) {
  OptionGroup group{
      .title = "Schedule",
      .options = {
          choice({.name = "schedule",
                  .help = "how the learning rate goes on: constant; step and exponential: falls by "
                          "a factor; cosine and polynomial: falls to 0 at the end; one-cycle: "
                          "rises, then falls to almost 0; plateau: falls by a factor when the loss "
                          "falls no more"},
                 schedule.name, schedule_names()),
          interval_option({.name = "warmup",
                           .help = "how long the rate rises at first, in a straight line from "
                                   "almost 0; the schedule has the steps after that",
                           .preset = "none"},
                          schedule.warmup),
      }};
  const auto add = [&](std::vector<Option> options) {
    for (Option& option : options) {
      group.options.push_back(of_schedule(std::move(option), schedule));
    }
  };
  add(decay_options(schedule));
  add(one_cycle_options(schedule));
  add(plateau_options(schedule));
  return group;
}

void check_schedule_options(const Interface& interface, const ScheduleOptions& schedule) {
  check_uses(interface, schedule_uses(), "schedule", schedule.name);
}

}  // namespace dtheta::cli
