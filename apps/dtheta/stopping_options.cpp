#include "stopping_options.hpp"

#include <limits>
#include <string>

#include "option_rules.hpp"

namespace dtheta::cli {
namespace {

Option early_stopping_option(Size& patience) {
  Option option = whole_number(
      {.name = "early-stopping",
       .placeholder = "N",
       .help = "end after N epochs in a row without a lower loss: of the validation samples, or of "
               "training where nothing is held out",
       .preset = "never"},
      patience, 1, std::numeric_limits<Size>::max());
  return only_while(std::move(option), [&patience] { return patience > 0; });
}

Option target_option(std::optional<TargetMetric>& target) {
  return {.name = "target",
          .placeholder = "METRIC=VALUE",
          .help =
              "end after the first epoch with an accuracy of at least, or a loss of at most "
              "VALUE, of the same samples",
          .wanted = "accuracy=0.99, a share from 0 to 1, or loss=0.05",
          .preset = "none",
          .read =
              [&target](const std::string& value) {
                const auto read = parse_target(value);
                if (read) target = read;
                return read.has_value();
              },
          .text = [&target] { return target ? target_text(*target) : std::string(); }};
}

Option time_limit_option(std::optional<TrainingInterval>& limit) {
  return {.name = "time-limit",
          .placeholder = "TIME",
          .help =
              "end with the step in which this run of the training has taken so long; what is "
              "left is for --resume",
          .wanted = "a whole number from 1 and a unit: 60s, 10m or 2h",
          .preset = "none",
          .read =
              [&limit](const std::string& value) {
                const auto interval = parse_interval(value);
                if (!interval || interval->unit != TrainingInterval::Unit::seconds) return false;
                limit = interval;
                return true;
              },
          .text = [&limit] { return limit ? interval_text(*limit) : std::string(); }};
}

}  // namespace

OptionGroup stopping_options(Recipe& recipe, std::optional<TrainingInterval>& time_limit) {
  return {.title = "Stopping",
          .options = {
              early_stopping_option(recipe.early_stopping),
              toggle({.name = "keep-best",
                      .help = "save the model of the epoch with the lowest loss, of the same "
                              "samples, rather than that of the last"},
                     recipe.keep_best),
              target_option(recipe.target),
              time_limit_option(time_limit),
          }};
}

}  // namespace dtheta::cli
