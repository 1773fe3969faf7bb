#include "dtheta/model/recipe.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

TEST(Recipe, RoundTripsThroughJson) {
  const Recipe recipe{.epochs = 3,
                      .batch_size = 17,
                      .shards = 5,
                      .optimizer = {.name = "nesterov", .momentum = 0.8},
                      .learning_rate = 0.1,
                      .schedule = {.name = "constant", .warmup = TrainingInterval{.count = 2}},
                      .label_smoothing = 0.1,
                      .class_weights = "0:2",
                      .sample_weights = "/w",
                      .l2 = 1e-4,
                      .weight_decay = 0.05,
                      .clip_norm = 1.5,
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
  for (const char* key : {"warmup", "weight_decay", "clip_norm"}) json.erase(key);
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
  EXPECT_THROW(check({.clip_norm = std::numeric_limits<double>::quiet_NaN()}), UsageError);
  EXPECT_THROW(check({.shuffle_window = -1}), UsageError);
  EXPECT_THROW(check({.label_smoothing = 1}), UsageError);
  EXPECT_THROW(check({.validation_split = 1}), UsageError);
  EXPECT_THROW(check({.subset = -1}), UsageError);
}

}  // namespace
}  // namespace dtheta
