// What samples and classes count, and samples that come several times.
#include <cmath>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "data/streamed_data.hpp"
#include "dtheta/core/error.hpp"
#include "dtheta/data/selection.hpp"
#include "dtheta/training/evaluation.hpp"
#include "dtheta/training/trainer.hpp"
#include "training/training_cases.hpp"

namespace dtheta {
namespace {

constexpr const char* layers = "flatten, dense 6, tanh, dense 3";

Dataset pictures() { return test::random_classes(40, {4, 4, 1}, 3); }

Dataset weighted(const std::vector<double>& weights) { return pictures().weighted_by(weights); }

std::vector<double> theta_after(const Dataset& data, const std::vector<Size>& samples,
                                const Recipe& recipe, double* loss = nullptr) {
  Workers workers(2);
  Trainer<double> trainer(test::model_for<double>(data, layers), recipe, data, samples, workers);
  trainer.fit();
  if (loss != nullptr) *loss = trainer.report().loss;
  return test::numbers_of(trainer.model());
}

void expect_near(const std::vector<double>& a, const std::vector<double>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) EXPECT_NEAR(a[i], b[i], 1e-12);
}

TEST(WeightedTraining, OfEqualWeightsIsThePlainOne) {
  const Dataset data = pictures();
  const Recipe recipe{.epochs = 2, .batch_size = 16};
  double loss = 0, plain_loss = 0;
  const auto plain = theta_after(data, test::all_samples(data), recipe, &plain_loss);
  // Two: a power of two rounds nothing.
  EXPECT_EQ(
      theta_after(weighted(std::vector<double>(40, 2)), test::all_samples(data), recipe, &loss),
      plain);
  EXPECT_EQ(loss, plain_loss);
}

TEST(WeightedTraining, OfZerosLeavesThoseSamplesOut) {
  const Dataset data = pictures();
  std::vector<double> weights(40, 1);
  std::vector<Size> rest;
  for (Size n = 0; n < 40; ++n) {
    if (n % 3 == 0) weights[static_cast<std::size_t>(n)] = 0;
    if (n % 3 != 0) rest.push_back(n);
  }
  Recipe recipe = test::plain_descent(0.5);
  recipe.epochs = 5;
  double loss = 0, rest_loss = 0;
  expect_near(theta_after(weighted(weights), test::all_samples(data), recipe, &loss),
              theta_after(data, rest, recipe, &rest_loss));
  EXPECT_NEAR(loss, rest_loss, 1e-12);
}

TEST(WeightedTraining, OfTwoIsThatOfASampleTwice) {
  const Dataset data = pictures();
  std::vector<double> weights(40, 1);
  weights[7] = weights[20] = 2;
  std::vector<Size> samples = test::all_samples(data);
  samples.insert(samples.begin() + 21, 20);
  samples.insert(samples.begin() + 8, 7);
  expect_near(theta_after(weighted(weights), test::all_samples(data), test::plain_descent(0.5)),
              theta_after(data, samples, test::plain_descent(0.5)));
}

TEST(WeightedTraining, BalancedWeightsAreBalancedSamples) {
  // 1, 2 and 4 samples of the classes.
  const Dataset data(ElementType::uint8, {2}, AlignedBuffer<std::byte>(14), {2, 1, 2, 0, 1, 2, 2},
                     {"a", "b", "c"});
  Recipe recipe = test::plain_descent(0.5);
  const auto repeated =
      theta_after(data, balanced_samples(test::all_samples(data), data.labels(), 1), recipe);
  recipe.class_weights = "balanced";
  expect_near(theta_after(data, test::all_samples(data), recipe), repeated);
}

TEST(WeightedTraining, ABatchThatCountsNothingMovesNothing) {
  std::vector<double> weights(40, 0);
  weights[0] = 1;
  const Dataset data = weighted(weights);
  Workers workers(2);
  Trainer<double> trainer(
      test::model_for<double>(data, layers),
      {.epochs = 1, .batch_size = 4, .optimizer = {.name = "sgd"}, .learning_rate = 0.5}, data,
      test::all_samples(data), workers);
  int moves = 0;
  for (Size step = 0; step < trainer.steps_per_epoch(); ++step) {
    const auto before = test::numbers_of(trainer.model());
    trainer.step();
    EXPECT_TRUE(std::isfinite(trainer.report().loss));
    moves += test::numbers_of(trainer.model()) != before ? 1 : 0;
  }
  EXPECT_EQ(moves, 1);
}

TEST(WeightedTraining, LabelSmoothingEndsWhereTheSmoothLabelsAre) {
  const Dataset data(ElementType::uint8, {1}, AlignedBuffer<std::byte>(4), {0, 0, 0, 0},
                     {"a", "b", "c", "d"});
  Workers workers(1);
  Trainer<double> trainer(test::model_for<double>(data, "dense 4"),
                          {.epochs = 2000,
                           .batch_size = 0,
                           .optimizer = {.name = "sgd"},
                           .learning_rate = 1,
                           .schedule = {.name = "constant"},
                           .label_smoothing = 0.2},
                          data, test::all_samples(data), workers);
  trainer.fit();
  const auto a = predict(trainer.model(), data, workers);
  EXPECT_NEAR(a[0], 0.85, 1e-6);
  EXPECT_NEAR(a[1], 0.05, 1e-6);
}

TEST(WeightedTraining, SamplesThatComeTwiceAreChangedTwice) {
  const Dataset data = pictures();
  const std::vector<Size> samples{3, 3, 3, 5};
  BatchFeed feed(data, samples, {.seed = 1, .window = 4, .batch = 4});
  const SampleBatch batch = feed.at(0, 0);
  std::set<Size> keys;
  for (Size n = 0; n < 4; ++n) keys.insert(batch.key(n));
  EXPECT_EQ(keys, (std::set<Size>{3, 5, 3 + data.size(), 3 + 2 * data.size()}));
}

TEST(WeightedTraining, SamplesThatComeTwiceAreStreamed) {
  const Dataset data = pictures();
  const std::vector<Size> samples = balanced_samples(test::all_samples(data), data.labels(), 1);
  const Recipe recipe{
      .epochs = 3, .batch_size = 8, .shuffle_window = 15, .augment = "crop 1, mixup 1"};
  EXPECT_EQ(theta_after(test::streamed(data), samples, recipe), theta_after(data, samples, recipe));
}

TEST(WeightedTraining, WeightsThatAreNoneAreRefused) {
  EXPECT_THROW(weighted({1, 2}), DataError);
  std::vector<double> weights(40, 1);
  for (const double bad : {-1.0, std::nan(""), double{INFINITY}}) {
    weights[3] = bad;
    EXPECT_THROW(weighted(weights), DataError);
  }
}

}  // namespace
}  // namespace dtheta
