#include "dtheta/model/recipe.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/training_interval.hpp"
#include "dtheta/model/model.hpp"

namespace dtheta {
namespace {

using Json = nlohmann::ordered_json;

template <class Number>
void want(bool holds, std::string_view name, Number found, std::string_view wanted) {
  if (!holds) throw UsageError(fmt::format("{} is {}; wanted {}", name, found, wanted));
}

/// null, or what `text_of` makes of the value.
template <class Value, class Write>
Json optional_json(const std::optional<Value>& value, Write write) {
  return value ? Json(write(*value)) : Json();
}

std::optional<TrainingInterval> interval_from_json(const Json& json) {
  if (json.is_null()) return std::nullopt;
  const auto interval = parse_interval(json.get<std::string>());
  if (!interval)
    throw DataError(fmt::format("not a recipe of dtheta: {} is no interval", json.dump()));
  return interval;
}

/// The value of a key that recipes have not always had.
Json later(const Json& json, const char* key, Json before) {
  return json.value(key, std::move(before));
}

ScheduleOptions schedule_from_json(const Json& json) {
  return {.name = json.at("schedule"),
          .warmup = interval_from_json(later(json, "warmup", nullptr))};
}

std::optional<double> number_from_json(const Json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<double>());
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
  want(recipe.label_smoothing >= 0 && recipe.label_smoothing < 1, "label-smoothing",
       recipe.label_smoothing, "a share from 0 to below 1");
  want(recipe.subset >= 0, "subset", recipe.subset, "a whole number from 1");
  want(std::isfinite(recipe.l2) && recipe.l2 >= 0, "l2", recipe.l2, "a number of at least 0");
  want(recipe.validation_split >= 0 && recipe.validation_split < 1, "validation-split",
       recipe.validation_split, "a share from 0 to below 1");
  want(recipe.shuffle_window >= 0, "shuffle-window", recipe.shuffle_window,
       "a whole number of samples, or 0 for the whole training set");
  const double decay = recipe.weight_decay.value_or(0);
  want(std::isfinite(decay) && decay >= 0, "weight-decay", decay, "a number of at least 0");
  want(std::isfinite(recipe.clip_norm) && recipe.clip_norm >= 0, "clip-norm", recipe.clip_norm,
       "a positive number, or 0 for no clipping");
  check(recipe.schedule);
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
          {"schedule", recipe.schedule.name},
          {"warmup", optional_json(recipe.schedule.warmup, interval_text)},
          {"label_smoothing", recipe.label_smoothing},
          {"class_weights", recipe.class_weights},
          {"sample_weights", recipe.sample_weights},
          {"l2", recipe.l2},
          {"weight_decay", optional_json(recipe.weight_decay, std::identity())},
          {"clip_norm", recipe.clip_norm},
          {"init", initializer_name(recipe.initializer)},
          {"seed", recipe.seed},
          {"shuffle_window", recipe.shuffle_window},
          {"validation_split", recipe.validation_split},
          {"stratify", recipe.stratify},
          {"subset", recipe.subset},
          {"balance", recipe.balance},
          {"augment", recipe.augment}};
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
            .schedule = schedule_from_json(json),
            .label_smoothing = json.value("label_smoothing", 0.0),
            .class_weights = json.value("class_weights", std::string()),
            .sample_weights = json.value("sample_weights", std::string()),
            .l2 = json.at("l2"),
            .weight_decay = number_from_json(later(json, "weight_decay", 0.0)),
            .clip_norm = json.value("clip_norm", 0.0),
            .initializer = parse_initializer(json.at("init").get<std::string>()),
            .seed = json.at("seed"),
            .shuffle_window = json.at("shuffle_window"),
            .validation_split = json.at("validation_split"),
            .stratify = json.value("stratify", false),
            .subset = json.value("subset", Size{0}),
            .balance = json.value("balance", false),
            .augment = json.value("augment", std::string())};
  } catch (const nlohmann::json::exception& error) {
    throw DataError(fmt::format("not a recipe of dtheta: {}", error.what()));
  }
}

}  // namespace dtheta
