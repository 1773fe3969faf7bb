#include "optimisation_options.hpp"

#include <limits>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/training_interval.hpp"
#include "dtheta/optimizers/optimizer.hpp"
#include "dtheta/optimizers/schedule.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

constexpr Size unlimited = std::numeric_limits<Size>::max();

/// --batch-size takes a number or the word full, which the recipe writes as 0.
Option batch_size_option(Size& target) {
  Option option =
      whole_number({.name = "batch-size", .placeholder = "N|full", .help = "samples in a step"},
                   target, 1, unlimited);
  option.wanted = "a whole number from 1, or full: all training samples";
  option.text = [&target] { return target == 0 ? std::string("full") : std::to_string(target); };
  option.read = [&target, read_number = option.read](const std::string& value) {
    if (value != "full") return read_number(value);
    target = 0;
    return true;
  };
  return option;
}

bool has_momentum(const OptimizerOptions& optimizer) {
  return optimizer.name == "momentum" || optimizer.name == "nesterov";
}

/// --momentum, which has no value where the optimizer has no use for it.
Option momentum_option(OptimizerOptions& optimizer) {
  Option option =
      real_number({.name = "momentum",
                   .placeholder = "SHARE",
                   .help = "share of the last move that is kept, for momentum and nesterov"},
                  optimizer.momentum, "from 0 to below 1",
                  [](double share) { return share >= 0 && share < 1; });
  option.text = [&optimizer] {
    return has_momentum(optimizer) ? exact_text(optimizer.momentum) : std::string();
  };
  return option;
}

/// --warmup, which has no value where there is none.
Option warmup_option(std::optional<TrainingInterval>& warmup) {
  return {.name = "warmup",
          .placeholder = "INTERVAL",
          .help =
              "how long the learning rate rises at first, in a straight line from almost 0; "
              "the schedule has the steps after that",
          .wanted = "a whole number from 1 and a unit: 2epochs or 500steps",
          .preset = "none",
          .read =
              [&warmup](const std::string& value) {
                const auto interval = parse_interval(value);
                if (!interval || interval->unit == TrainingInterval::Unit::seconds) return false;
                warmup = interval;
                return true;
              },
          .text = [&warmup] { return warmup ? interval_text(*warmup) : std::string(); }};
}

/// --weight-decay, whose default is the optimizer's.
Option weight_decay_option(std::optional<double>& decay) {
  return {.name = "weight-decay",
          .placeholder = "LAMBDA",
          .help =
              "share of the weights, times the learning rate, that every step takes off them, "
              "apart from the gradient; biases and the parameters of normalizations are free "
              "of it",
          .wanted = "from 0",
          .preset = fmt::format("{} for adamw, else 0", default_weight_decay("adamw")),
          .read =
              [&decay](const std::string& value) {
                double number = 0;
                if (!read_real(value, number) || number < 0) return false;
                decay = number;
                return true;
              },
          .text = [&decay] { return decay ? exact_text(*decay) : std::string(); }};
}

/// --clip-norm, which has no value where nothing is clipped.
Option clip_norm_option(double& norm) {
  Option option =
      real_number({.name = "clip-norm",
                   .placeholder = "NORM",
                   .help = "scale the gradient of all parameters down to that norm where it has a "
                           "larger one",
                   .preset = "none"},
                  norm, "above 0", [](double number) { return number > 0; });
  option.text = [&norm] { return norm > 0 ? exact_text(norm) : std::string(); };
  return option;
}

void check_momentum(const Interface& interface, const OptimizerOptions& optimizer) {
  if (!interface.is_given("momentum") || has_momentum(optimizer)) return;
  throw UsageError(fmt::format(
      "--momentum {} and --optimizer {} contradict each other: only momentum and nesterov have it",
      optimizer.momentum, optimizer.name));
}

}  // namespace

OptionGroup optimisation_options(Recipe& recipe) {
  const auto positive = [](double number) { return number > 0; };
  std::string rates;
  for (const std::string_view name : optimizer_names()) {
    rates +=
        fmt::format("{}{} for {}", rates.empty() ? "" : ", ", default_learning_rate(name), name);
  }
  return {
      .title = "Optimisation",
      .options = {
          whole_number(
              {.name = "epochs", .placeholder = "N", .help = "passes over the training samples"},
              recipe.epochs, 1, (1 << 24) - 1),
          batch_size_option(recipe.batch_size),
          choice({.name = "optimizer", .help = "how a gradient moves the parameters"},
                 recipe.optimizer.name, optimizer_names()),
          real_number({.name = "learning-rate",
                       .placeholder = "RATE",
                       .help = "step size at the first step",
                       .preset = rates},
                      recipe.learning_rate, "above 0", positive),
          momentum_option(recipe.optimizer),
          choice({.name = "schedule",
                  .help = "how the learning rate changes; cosine: falls to 0 at the last step"},
                 recipe.schedule.name, schedule_names()),
          warmup_option(recipe.schedule.warmup),
          weight_decay_option(recipe.weight_decay),
          clip_norm_option(recipe.clip_norm),
          real_number({.name = "l2",
                       .placeholder = "LAMBDA",
                       .help = "adds LAMBDA/2 times the sum of the squared weights (no biases) to "
                               "the loss"},
                      recipe.l2, "from 0", [](double lambda) { return lambda >= 0; }),
          whole_number({.name = "seed",
                        .placeholder = "S",
                        .help = "decides the first weights, the order of samples and what is held "
                                "out"},
                       recipe.seed),
          whole_number({.name = "shards",
                        .placeholder = "N",
                        .help = "parts of a batch that may run at once; part of the recipe, "
                                "because it decides the order of additions",
                        .preset = "from batch and network"},
                       recipe.shards, 1, 4096),
      }};
}

void check_optimisation_options(const Interface& interface, const Recipe& recipe) {
  check_momentum(interface, recipe.optimizer);
  if (interface.is_given("shards") && recipe.batch_size > 0 && recipe.shards > recipe.batch_size) {
    throw UsageError(fmt::format(
        "--shards {} and --batch-size {} contradict each other: a shard is at least one sample",
        recipe.shards, recipe.batch_size));
  }
}

}  // namespace dtheta::cli
