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
  const ScheduleOptions before;
  return {.name = json.at("schedule"),
          .warmup = interval_from_json(later(json, "warmup", nullptr)),
          .decay_rate = json.value("decay_rate", before.decay_rate),
          .decay_every = interval_from_json(later(json, "decay_every", nullptr)),
          .min_learning_rate = json.value("min_learning_rate", before.min_learning_rate),
          .power = json.value("power", before.power),
          .pct_start = json.value("pct_start", before.pct_start),
          .div_factor = json.value("div_factor", before.div_factor),
          .final_div_factor = json.value("final_div_factor", before.final_div_factor),
          .patience = json.value("plateau_patience", before.patience),
          .threshold = json.value("plateau_threshold", before.threshold)};
}

std::optional<TargetMetric> target_from_json(const Json& json) {
  if (json.is_null()) return std::nullopt;
  const auto target = parse_target(json.get<std::string>());
  if (!target) throw DataError(fmt::format("not a recipe of dtheta: {} is no target", json.dump()));
  return target;
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
  want(std::isfinite(recipe.clip_value) && recipe.clip_value >= 0, "clip-value", recipe.clip_value,
       "a positive number, or 0 for no clipping");
  want(recipe.clip_norm == 0 || recipe.clip_value == 0, "clip-value", recipe.clip_value,
       "either that or clip-norm");
  want(recipe.accumulate >= 1 && recipe.accumulate < (1 << 24), "accumulate", recipe.accumulate,
       "a whole number from 1 to 16777215");
  want(recipe.ema >= 0 && recipe.ema < 1, "ema", recipe.ema,
       "a decay between 0 and 1, or 0 for no average");
  want(recipe.early_stopping >= 0, "early-stopping", recipe.early_stopping,
       "a whole number of epochs, or 0 for no early stopping");
  check(recipe.schedule);
  make_optimizer<double>(recipe.optimizer);  // throws what it does not like
}

nlohmann::ordered_json to_json(const Recipe& recipe) {
  const ScheduleOptions& schedule = recipe.schedule;
  return {{"epochs", recipe.epochs},
          {"batch_size", recipe.batch_size},
          {"accumulate", recipe.accumulate},
          {"shards", recipe.shards},
          {"optimizer", recipe.optimizer.name},
          {"momentum", recipe.optimizer.momentum},
          {"beta1", recipe.optimizer.beta1},
          {"beta2", optional_json(recipe.optimizer.beta2, std::identity())},
          {"epsilon", optional_json(recipe.optimizer.epsilon, std::identity())},
          {"trust_coefficient", recipe.optimizer.trust_coefficient},
          {"learning_rate", recipe.learning_rate},
          {"schedule", schedule.name},
          {"warmup", optional_json(schedule.warmup, interval_text)},
          {"decay_rate", schedule.decay_rate},
          {"decay_every", optional_json(schedule.decay_every, interval_text)},
          {"min_learning_rate", schedule.min_learning_rate},
          {"power", schedule.power},
          {"pct_start", schedule.pct_start},
          {"div_factor", schedule.div_factor},
          {"final_div_factor", schedule.final_div_factor},
          {"plateau_patience", schedule.patience},
          {"plateau_threshold", schedule.threshold},
          {"label_smoothing", recipe.label_smoothing},
          {"class_weights", recipe.class_weights},
          {"sample_weights", recipe.sample_weights},
          {"l2", recipe.l2},
          {"weight_decay", optional_json(recipe.weight_decay, std::identity())},
          {"clip_norm", recipe.clip_norm},
          {"clip_value", recipe.clip_value},
          {"ema", recipe.ema},
          {"early_stopping", recipe.early_stopping},
          {"keep_best", recipe.keep_best},
          {"target", optional_json(recipe.target, target_text)},
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
  const Recipe before;  // what recipes stood for that do not have all keys
  try {
    return {.epochs = json.at("epochs"),
            .batch_size = json.at("batch_size"),
            .accumulate = json.value("accumulate", before.accumulate),
            .shards = json.at("shards"),
            .optimizer = {.name = json.at("optimizer"),
                          .momentum = json.at("momentum"),
                          .beta1 = json.at("beta1"),
                          .beta2 = number_from_json(json.at("beta2")),
                          .epsilon = number_from_json(json.at("epsilon")),
                          .trust_coefficient =
                              json.value("trust_coefficient", before.optimizer.trust_coefficient)},
            .learning_rate = json.at("learning_rate"),
            .schedule = schedule_from_json(json),
            .label_smoothing = json.value("label_smoothing", 0.0),
            .class_weights = json.value("class_weights", std::string()),
            .sample_weights = json.value("sample_weights", std::string()),
            .l2 = json.at("l2"),
            .weight_decay = number_from_json(later(json, "weight_decay", 0.0)),
            .clip_norm = json.value("clip_norm", before.clip_norm),
            .clip_value = json.value("clip_value", before.clip_value),
            .ema = json.value("ema", before.ema),
            .early_stopping = json.value("early_stopping", before.early_stopping),
            .keep_best = json.value("keep_best", before.keep_best),
            .target = target_from_json(later(json, "target", nullptr)),
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
