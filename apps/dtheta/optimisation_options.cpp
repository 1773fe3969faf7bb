#include "optimisation_options.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/optimizers/optimizer.hpp"
#include "option_rules.hpp"

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

/// Which optimizers have which hyperparameter.
const std::vector<OptionUse>& optimizer_uses() {
  static const std::vector<OptionUse> uses{
      {"momentum", {"momentum", "nesterov", "lars"}},
      {"beta1", {"adam", "adamw", "lion", "lamb"}},
      {"beta2", {"rmsprop", "adam", "adamw", "lion", "lamb"}},
      {"epsilon", {"adagrad", "rmsprop", "adam", "adamw", "lamb"}},
      {"trust-coefficient", {"lars"}},
  };
  return uses;
}

bool is_share(double number) { return number >= 0 && number < 1; }
bool is_positive(double number) { return number > 0; }
bool is_not_negative(double number) { return number >= 0; }

/// Without a value where the optimizer has no use for it.
Option of_optimizer(Option option, const OptimizerOptions& optimizer) {
  const auto use =
      std::ranges::find(optimizer_uses(), std::string_view(option.name), &OptionUse::option);
  return only_while(std::move(option),
                    [&optimizer, use = *use] { return use.holds_for(optimizer.name); });
}

/// A number for which 0 says that there is none.
Option positive_or_none(OptionText text, double& target, std::string wanted,
                        std::function<bool(double)> is_in_range) {
  text.preset = "none";
  Option option = real_number(std::move(text), target, std::move(wanted), std::move(is_in_range));
  return only_while(std::move(option), [&target] { return target != 0; });
}

std::vector<Option> optimizer_options(Recipe& recipe) {
  OptimizerOptions& optimizer = recipe.optimizer;
  const auto own = [&](Option option) { return of_optimizer(std::move(option), optimizer); };
  std::string rates;
  for (const std::string_view name : optimizer_names()) {
    rates +=
        fmt::format("{}{} for {}", rates.empty() ? "" : ", ", default_learning_rate(name), name);
  }
  return {
      choice({.name = "optimizer", .help = "how a gradient moves the parameters"}, optimizer.name,
             optimizer_names()),
      real_number({.name = "learning-rate",
                   .placeholder = "RATE",
                   .help = "step size, before the schedule",
                   .preset = rates},
                  recipe.learning_rate, "above 0", is_positive),
      own(real_number({.name = "momentum",
                       .placeholder = "SHARE",
                       .help = "share of the last move that is kept, for momentum, nesterov and "
                               "lars"},
                      optimizer.momentum, "from 0 to below 1", is_share)),
      own(real_number({.name = "beta1",
                       .placeholder = "SHARE",
                       .help = "decay of the mean gradient, for adam, adamw, lion and lamb"},
                      optimizer.beta1, "from 0 to below 1", is_share)),
      own(real_number({.name = "beta2",
                       .placeholder = "SHARE",
                       .help = "decay of the mean squared gradient, for rmsprop, adam, adamw and "
                               "lamb, and of the mean gradient of lion",
                       .preset = "0.99 for rmsprop and lion, else 0.999"},
                      optimizer.beta2, "from 0 to below 1", is_share)),
      own(real_number({.name = "epsilon",
                       .placeholder = "NUMBER",
                       .help = "added to the root of the squared gradients, for adagrad, rmsprop, "
                               "adam, adamw and lamb",
                       .preset = "1e-10 for adagrad, 1e-06 for lamb, else 1e-08"},
                      optimizer.epsilon, "above 0", is_positive)),
      own(real_number({.name = "trust-coefficient",
                       .placeholder = "NUMBER",
                       .help = "share of a parameter's norm that a step of lars moves"},
                      optimizer.trust_coefficient, "above 0", is_positive)),
  };
}

std::vector<Option> regularization_options(Recipe& recipe) {
  return {
      real_number({.name = "weight-decay",
                   .placeholder = "LAMBDA",
                   .help = "share of the weights, times the learning rate, that every step takes "
                           "off them, apart from the gradient; biases and the parameters of "
                           "normalizations are free of it",
                   .preset = fmt::format("{} for adamw, else 0", default_weight_decay("adamw"))},
                  recipe.weight_decay, "from 0", is_not_negative),
      real_number({.name = "l2",
                   .placeholder = "LAMBDA",
                   .help = "adds LAMBDA/2 times the sum of the squared weights (no biases) to the "
                           "loss"},
                  recipe.l2, "from 0", is_not_negative),
      positive_or_none({.name = "clip-norm",
                        .placeholder = "NORM",
                        .help = "scale the gradient of all parameters down to that norm where it "
                                "has a larger one"},
                       recipe.clip_norm, "above 0", is_positive),
      positive_or_none({.name = "clip-value",
                        .placeholder = "LIMIT",
                        .help = "bring every number of the gradient to within +-LIMIT"},
                       recipe.clip_value, "above 0", is_positive),
      positive_or_none({.name = "ema",
                        .placeholder = "DECAY",
                        .help = "keep a moving average of the parameters that forgets 1 - DECAY of "
                                "itself every step; it is what is validated, tested and saved"},
                       recipe.ema, "between 0 and 1",
                       [](double decay) { return decay > 0 && decay < 1; }),
  };
}

void append(std::vector<Option>& options, std::vector<Option> more) {
  std::ranges::move(more, std::back_inserter(options));
}

}  // namespace

OptionGroup optimisation_options(Recipe& recipe) {
  std::vector<Option> options{
      whole_number(
          {.name = "epochs", .placeholder = "N", .help = "passes over the training samples"},
          recipe.epochs, 1, (1 << 24) - 1),
      batch_size_option(recipe.batch_size),
      whole_number({.name = "accumulate",
                    .placeholder = "N",
                    .help = "batches whose gradients are added up for one step; what is divided by "
                            "are all their samples"},
                   recipe.accumulate, 1, (1 << 24) - 1),
  };
  append(options, optimizer_options(recipe));
  append(options, regularization_options(recipe));
  append(options,
         {whole_number({.name = "seed",
                        .placeholder = "S",
                        .help = "decides the first weights, the order of samples and what is held "
                                "out"},
                       recipe.seed),
          whole_number({.name = "shards",
                        .placeholder = "N",
                        .help = "parts of a batch that may run at once; part of the recipe, "
                                "because it decides the order of additions",
                        .preset = "from batch and network"},
                       recipe.shards, 1, 4096)});
  return {.title = "Optimisation", .options = std::move(options)};
}

void check_optimisation_options(const Interface& interface, const Recipe& recipe) {
  check_uses(interface, optimizer_uses(), "optimizer", recipe.optimizer.name);
  if (interface.is_given("shards") && recipe.batch_size > 0 && recipe.shards > recipe.batch_size) {
    throw UsageError(fmt::format(
        "--shards {} and --batch-size {} contradict each other: a shard is at least one sample",
        recipe.shards, recipe.batch_size));
  }
  if (recipe.clip_norm > 0 && recipe.clip_value > 0) {
    throw UsageError(fmt::format(
        "--clip-norm {} and --clip-value {} contradict each other: a gradient is clipped one way",
        recipe.clip_norm, recipe.clip_value));
  }
  if (recipe.batch_size == 0 && recipe.accumulate > 1) {
    throw UsageError(fmt::format(
        "--accumulate {} and --batch-size full contradict each other: there is one batch",
        recipe.accumulate));
  }
}

}  // namespace dtheta::cli
