#include "dtheta/model/recipe.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/optimizers/schedule.hpp"

namespace dtheta {
namespace {

template <class Number>
void want(bool holds, std::string_view name, Number found, std::string_view wanted) {
  if (!holds) throw UsageError(fmt::format("{} is {}; wanted {}", name, found, wanted));
}

}  // namespace

void check(const Recipe& recipe) {
  want(recipe.epochs >= 1 && recipe.epochs < (1 << 24), "epochs", recipe.epochs,
       "a whole number from 1 to 16777215");
  want(recipe.batch_size >= 0, "batch-size", recipe.batch_size, "at least 1, or 'full'");
  want(recipe.shards >= 0 && recipe.shards <= 4096, "shards", recipe.shards,
       "a whole number from 1 to 4096, or 0 for the default");
  want(std::isfinite(recipe.learning_rate) && recipe.learning_rate >= 0, "learning-rate",
       recipe.learning_rate, "a positive number");
  want(std::isfinite(recipe.l2) && recipe.l2 >= 0, "l2", recipe.l2, "a number of at least 0");
  want(recipe.validation_split >= 0 && recipe.validation_split < 1, "validation-split",
       recipe.validation_split, "a share from 0 to below 1");
  want(recipe.shuffle_window >= 0, "shuffle-window", recipe.shuffle_window,
       "a whole number of samples, or 0 for the whole training set");
  const auto schedules = schedule_names();
  want(std::ranges::find(schedules, recipe.schedule) != schedules.end(), "schedule",
       recipe.schedule, fmt::format("one of {}", fmt::join(schedules, ", ")));
  make_optimizer<double>(recipe.optimizer);  // throws what it does not like
}

nlohmann::ordered_json to_json(const Recipe& recipe) {
  return {{"epochs", recipe.epochs},
          {"batch_size", recipe.batch_size},
          {"shards", recipe.shards},
          {"optimizer", recipe.optimizer.name},
          {"momentum", recipe.optimizer.momentum},
          {"beta1", recipe.optimizer.beta1},
          {"beta2", recipe.optimizer.beta2},
          {"epsilon", recipe.optimizer.epsilon},
          {"learning_rate", recipe.learning_rate},
          {"schedule", recipe.schedule},
          {"l2", recipe.l2},
          {"init", initializer_name(recipe.initializer)},
          {"seed", recipe.seed},
          {"shuffle_window", recipe.shuffle_window},
          {"validation_split", recipe.validation_split}};
}

Recipe recipe_from_json(const nlohmann::ordered_json& json) {
  try {
    return {.epochs = json.at("epochs"),
            .batch_size = json.at("batch_size"),
            .shards = json.at("shards"),
            .optimizer = {.name = json.at("optimizer"),
                          .momentum = json.at("momentum"),
                          .beta1 = json.at("beta1"),
                          .beta2 = json.at("beta2"),
                          .epsilon = json.at("epsilon")},
            .learning_rate = json.at("learning_rate"),
            .schedule = json.at("schedule"),
            .l2 = json.at("l2"),
            .initializer = parse_initializer(json.at("init").get<std::string>()),
            .seed = json.at("seed"),
            .shuffle_window = json.at("shuffle_window"),
            .validation_split = json.at("validation_split")};
  } catch (const nlohmann::json::exception& error) {
    throw DataError(fmt::format("not a recipe of dtheta: {}", error.what()));
  }
}

}  // namespace dtheta
