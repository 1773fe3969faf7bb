#include "dtheta/training/rate_range.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <utility>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "training/training_cases.hpp"

namespace dtheta {
namespace {

RateRangeTest tested(const RateRange& range, int threads = 2, Recipe recipe = {.batch_size = 16}) {
  const Dataset data = test::random_classes(41, {6, 6, 1}, 3);
  Workers workers(threads);
  return test_rates(test::model_for<float>(data, "flatten, dense 9, relu, dense 3"),
                    std::move(recipe), data, test::all_samples(data), range, workers);
}

TEST(RateRangeTest, TriesRatesThatGrowByTheSameFactor) {
  const RateRangeTest test = tested({.first = 1e-6, .last = 1e-2, .steps = 9});
  ASSERT_EQ(test.trials.size(), 9);
  EXPECT_FALSE(test.is_diverged);
  for (std::size_t i = 0; i < 9; ++i) {
    EXPECT_NEAR(std::log10(test.trials[i].learning_rate), -6 + 0.5 * static_cast<double>(i), 1e-12);
  }
}

TEST(RateRangeTest, SmoothsTheLosses) {
  const RateRangeTest test = tested({.first = 1e-6, .last = 1e-2, .steps = 5});
  double sum = 0, weight = 0;
  for (std::size_t i = 0; i < 5; ++i) {
    sum = 0.98 * sum + 0.02 * test.trials[i].loss;
    weight = 0.98 * weight + 0.02;
    EXPECT_NEAR(test.trials[i].smoothed, sum / weight, 1e-12);
  }
}

TEST(RateRangeTest, SuggestsATenthOfTheRateOfTheLowestLoss) {
  const RateRangeTest test = tested({.first = 1e-5, .last = 1e6, .steps = 100}, 2,
                                    {.batch_size = 16, .optimizer = {.name = "sgd"}});
  EXPECT_TRUE(test.is_diverged);
  EXPECT_LT(test.trials.size(), 100) << "it stops there";
  for (const RateTrial& trial : test.trials) EXPECT_GE(trial.smoothed, test.lowest().smoothed);
  ASSERT_TRUE(test.suggestion());
  EXPECT_DOUBLE_EQ(*test.suggestion(), test.lowest().learning_rate / 10);
  EXPECT_GT(*test.suggestion(), 1e-4);
}

TEST(RateRangeTest, SuggestsNothingWhereTheLossDoesNotFall) {
  EXPECT_EQ((RateRangeTest{.trials = {{0.1, 1, 1}, {0.2, 2, 1.5}}}.suggestion()), std::nullopt);
  EXPECT_EQ(RateRangeTest{}.suggestion(), std::nullopt);
}

TEST(RateRangeTest, EndsWhereTheLossIsNoLongerFinite) {
  const RateRangeTest test = tested({.first = 1e20, .last = 1e30, .steps = 20}, 2,
                                    {.batch_size = 16, .optimizer = {.name = "sgd"}});
  EXPECT_TRUE(test.is_diverged);
  EXPECT_LT(test.trials.size(), 20);
}

TEST(RateRangeTest, HasTheSameBitsOnAnyNumberOfThreads) {
  const RateRange range{.first = 1e-5, .last = 1, .steps = 20};
  const RateRangeTest alone = tested(range, 1);
  for (const int threads : {2, 3, 7}) {
    const RateRangeTest test = tested(range, threads);
    ASSERT_EQ(test.trials.size(), alone.trials.size());
    for (std::size_t i = 0; i < test.trials.size(); ++i) {
      EXPECT_EQ(std::bit_cast<std::uint64_t>(test.trials[i].loss),
                std::bit_cast<std::uint64_t>(alone.trials[i].loss));
    }
  }
}

TEST(RateRangeTest, RefusesARangeThatDoesNotRise) {
  EXPECT_THROW(tested({.first = 1, .last = 0.1}), UsageError);
  EXPECT_THROW(tested({.first = 0, .last = 0.1}), UsageError);
  EXPECT_THROW(tested({.steps = 1}), UsageError);
}

}  // namespace
}  // namespace dtheta
