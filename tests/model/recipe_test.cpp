#include "dtheta/model/recipe.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

TEST(Recipe, RoundTripsThroughJson) {
  const Recipe recipe{.epochs = 3,
                      .batch_size = 17,
                      .accumulate = 3,
                      .shards = 5,
                      .optimizer = {.name = "nesterov",
                                    .momentum = 0.8,
                                    .beta2 = 0.5,
                                    .epsilon = 1e-3,
                                    .trust_coefficient = 0.5},
                      .learning_rate = 0.1,
                      .schedule = {.name = "constant",
                                   .warmup = TrainingInterval{.count = 2},
                                   .decay_rate = 0.25,
                                   .decay_every = TrainingInterval{.count = 5},
                                   .min_learning_rate = 1e-5,
                                   .power = 2,
                                   .pct_start = 0.5,
                                   .div_factor = 3,
                                   .final_div_factor = 7,
                                   .patience = 4,
                                   .threshold = 0.01},
                      .label_smoothing = 0.1,
                      .class_weights = "0:2",
                      .sample_weights = "/w",
                      .l2 = 1e-4,
                      .weight_decay = 0.05,
                      .clip_norm = 1.5,
                      .clip_value = 0.75,
                      .ema = 0.9,
                      .early_stopping = 5,
                      .keep_best = true,
                      .target = TargetMetric{TargetMetric::Metric::loss, 0.1},
                      .initializer = Initializer::glorot,
                      .seed = std::numeric_limits<std::uint64_t>::max(),
                      .shuffle_window = 100,
                      .validation_split = 0.1,
                      .stratify = true,
                      .subset = 100,
                      .balance = true,
                      .augment = "flip, crop 4"};
  EXPECT_EQ(recipe_from_json(nlohmann::ordered_json::parse(to_json(recipe).dump())), recipe);
}

TEST(Recipe, RoundTripsWhatIsNotSaid) {
  const Recipe recipe;
  EXPECT_EQ(recipe_from_json(nlohmann::ordered_json::parse(to_json(recipe).dump())), recipe);
}

TEST(Recipe, IsReadFromBeforeThereWereSomeOfItsOptions) {
  auto json = to_json(Recipe{.weight_decay = 0});
  for (const char* key : {"warmup", "weight_decay", "clip_norm", "accumulate", "decay_every",
                          "target", "keep_best", "power"})
    json.erase(key);
  EXPECT_EQ(recipe_from_json(json), Recipe{.weight_decay = 0});
}

TEST(Recipe, RefusesJsonOfSomethingElse) {
  EXPECT_THROW(recipe_from_json({{"epochs", 3}}), DataError);
  auto json = to_json(Recipe{});
  json["epochs"] = "three";
  EXPECT_THROW(recipe_from_json(json), DataError);
  json = to_json(Recipe{});
  json["warmup"] = "soon";
  EXPECT_THROW(recipe_from_json(json), DataError);
  json = to_json(Recipe{});
  json["target"] = "the best";
  EXPECT_THROW(recipe_from_json(json), DataError);
}

TEST(Recipe, ChecksEveryRange) {
  EXPECT_NO_THROW(check(Recipe{}));
  EXPECT_THROW(check({.epochs = 0}), UsageError);
  EXPECT_THROW(check({.batch_size = -1}), UsageError);
  EXPECT_THROW(check({.shards = -1}), UsageError);
  EXPECT_THROW(check({.optimizer = {.name = "sdg"}}), UsageError);
  EXPECT_THROW(check({.optimizer = {.name = "momentum", .momentum = 1}}), UsageError);
  EXPECT_THROW(check({.learning_rate = -1}), UsageError);
  EXPECT_THROW(check({.learning_rate = std::numeric_limits<double>::infinity()}), UsageError);
  EXPECT_THROW(check({.schedule = {.name = "linear"}}), UsageError);
  EXPECT_THROW(
      check({.schedule = {.warmup = TrainingInterval{5, TrainingInterval::Unit::seconds}}}),
      UsageError);
  EXPECT_THROW(check({.l2 = -1}), UsageError);
  EXPECT_THROW(check({.weight_decay = -1}), UsageError);
  EXPECT_THROW(check({.weight_decay = std::numeric_limits<double>::infinity()}), UsageError);
  EXPECT_THROW(check({.clip_norm = -1}), UsageError);
  EXPECT_THROW(check({.clip_value = -1}), UsageError);
  EXPECT_THROW(check({.clip_norm = 1, .clip_value = 1}), UsageError);
  EXPECT_THROW(check({.accumulate = 0}), UsageError);
  EXPECT_THROW(check({.ema = 1}), UsageError);
  EXPECT_THROW(check({.ema = -0.1}), UsageError);
  EXPECT_THROW(check({.early_stopping = -1}), UsageError);
  EXPECT_THROW(check({.clip_norm = std::numeric_limits<double>::quiet_NaN()}), UsageError);
  EXPECT_THROW(check({.shuffle_window = -1}), UsageError);
  EXPECT_THROW(check({.label_smoothing = 1}), UsageError);
  EXPECT_THROW(check({.validation_split = 1}), UsageError);
  EXPECT_THROW(check({.subset = -1}), UsageError);
}

}  // namespace
}  // namespace dtheta
