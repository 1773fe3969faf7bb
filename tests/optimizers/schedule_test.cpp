#include "dtheta/optimizers/schedule.hpp"

#include <cmath>
#include <numbers>
#include <utility>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "support/messages.hpp"

namespace dtheta {
namespace {

constexpr auto seconds = TrainingInterval::Unit::seconds;

TEST(Schedule, ConstantStays) {
  const Schedule schedule{.options = {.name = "constant"}, .learning_rate = 0.3, .total_steps = 10};
  for (Size step = 1; step <= 10; ++step) EXPECT_EQ(schedule.at(step), 0.3);
}

TEST(Schedule, CosineFallsFromTheRateTowardsZero) {
  const Schedule schedule{.options = {.name = "cosine"}, .learning_rate = 0.3, .total_steps = 10};
  EXPECT_EQ(schedule.at(1), 0.3);
  EXPECT_DOUBLE_EQ(schedule.at(6), 0.15);
  EXPECT_DOUBLE_EQ(schedule.at(10), 0.15 * (1 + std::cos(0.9 * std::numbers::pi)));
  for (Size step = 2; step <= 10; ++step) {
    EXPECT_LT(schedule.at(step), schedule.at(step - 1));
    EXPECT_GT(schedule.at(step), 0);
  }
}

/// A schedule of 12 steps from 0.8, with epochs of 3.
Schedule twelve_steps(ScheduleOptions options) {
  return {
      .options = std::move(options), .learning_rate = 0.8, .total_steps = 12, .steps_per_epoch = 3};
}

TEST(Schedule, CosineMayEndAboveZero) {
  const Schedule schedule = twelve_steps({.name = "cosine", .min_learning_rate = 0.2});
  for (Size step = 1; step <= 12; ++step) {
    const double share = static_cast<double>(step - 1) / 12;
    EXPECT_DOUBLE_EQ(schedule.at(step), 0.2 + 0.6 * (1 + std::cos(std::numbers::pi * share)) / 2);
  }
}

TEST(Schedule, StepFallsByAFactor) {
  const Schedule epochs = twelve_steps(
      {.name = "step", .decay_rate = 0.5, .decay_every = TrainingInterval{.count = 2}});
  const Schedule preset = twelve_steps({.name = "step"});
  for (Size step = 1; step <= 12; ++step) {
    EXPECT_EQ(epochs.at(step), step <= 6 ? 0.8 : 0.4);
    EXPECT_DOUBLE_EQ(preset.at(step), step <= 4 ? 0.8 : step <= 8 ? 0.08 : 0.008);
  }
}

TEST(Schedule, ExponentialFallsByAFactorStepByStep) {
  const Schedule schedule =
      twelve_steps({.name = "exponential",
                    .decay_rate = 0.25,
                    .decay_every = TrainingInterval{4, TrainingInterval::Unit::steps}});
  EXPECT_EQ(schedule.at(1), 0.8);
  EXPECT_DOUBLE_EQ(schedule.at(3), 0.4);
  EXPECT_DOUBLE_EQ(schedule.at(5), 0.2);
  EXPECT_DOUBLE_EQ(schedule.at(2) / schedule.at(1), std::pow(0.25, 0.25));
  EXPECT_DOUBLE_EQ(twelve_steps({.name = "exponential"}).at(5), 0.08) << "a third is 4 steps";
}

TEST(Schedule, PolynomialFallsToTheLeastRate) {
  const Schedule line = twelve_steps({.name = "polynomial"});
  const Schedule square =
      twelve_steps({.name = "polynomial", .min_learning_rate = 0.2, .power = 2});
  for (Size step = 1; step <= 12; ++step) {
    const double left = 1 - static_cast<double>(step - 1) / 12;
    EXPECT_DOUBLE_EQ(line.at(step), 0.8 * left);
    EXPECT_DOUBLE_EQ(square.at(step), 0.2 + 0.6 * left * left);
  }
}

/// torch.optim.lr_scheduler.OneCycleLR of the same values, two epochs of 10 steps.
TEST(Schedule, OneCycleRisesAndFalls) {
  const Schedule schedule{
      .options = {.name = "one-cycle", .pct_start = 0.3, .div_factor = 10, .final_div_factor = 100},
      .learning_rate = 1,
      .total_steps = 20,
      .steps_per_epoch = 10};
  EXPECT_DOUBLE_EQ(schedule.at(1), 0.1);
  EXPECT_DOUBLE_EQ(schedule.at(6), 1) << "0.3 of 20 steps";
  EXPECT_DOUBLE_EQ(schedule.at(13), (1 + 1e-3) / 2) << "half way down";
  EXPECT_NEAR(schedule.at(20), 1e-3, 1e-15);
  for (Size step = 2; step <= 20; ++step) {
    EXPECT_EQ(schedule.at(step) > schedule.at(step - 1), step <= 6) << step;
  }
  const Schedule preset{.options = {.name = "one-cycle"}, .learning_rate = 1, .total_steps = 100};
  EXPECT_NEAR(preset.at(1), 0.04, 1e-15);
  EXPECT_DOUBLE_EQ(preset.at(30), 1);
  EXPECT_NEAR(preset.at(100), 4e-6, 1e-15);
}

TEST(Schedule, OneCycleOfFewStepsIsFinite) {
  for (Size steps = 1; steps <= 8; ++steps) {
    const Schedule schedule{
        .options = {.name = "one-cycle"}, .learning_rate = 1, .total_steps = steps};
    for (Size step = 1; step <= steps; ++step) {
      EXPECT_GT(schedule.at(step), 0) << step << " of " << steps;
      EXPECT_LE(schedule.at(step), 1) << step << " of " << steps;
    }
  }
}

TEST(Schedule, PlateauFallsWhenTheLossDoesNot) {
  const ScheduleOptions options{
      .name = "plateau", .decay_rate = 0.5, .patience = 2, .threshold = 0.1};
  EXPECT_EQ(twelve_steps(options).at(12), 0.8);
  Plateau plateau;
  const auto factor_after = [&](double loss) {
    plateau.note(options, loss);
    return plateau.factor;
  };
  EXPECT_EQ(factor_after(10), 1);
  EXPECT_EQ(factor_after(9.5), 1) << "lower, but by less than a tenth";
  EXPECT_EQ(factor_after(11), 1);
  EXPECT_EQ(factor_after(10), 0.5) << "the third bad epoch";
  EXPECT_EQ(factor_after(10), 0.5) << "counted anew";
  EXPECT_EQ(factor_after(8), 0.5);
  EXPECT_EQ(factor_after(8), 0.5);
  EXPECT_EQ(factor_after(std::nan("")), 0.5);
  EXPECT_EQ(factor_after(8), 0.25);
  EXPECT_EQ(plateau.best, 8);
}

TEST(Schedule, ParametersOutOfRangeAreNamed) {
  const auto refusal = [](const ScheduleOptions& options) {
    return test::message_of<UsageError>([&] { check(options); });
  };
  EXPECT_EQ(refusal({.decay_rate = 0}), "decay-rate is 0; wanted a positive number");
  EXPECT_TRUE(
      test::contains(refusal({.decay_every = TrainingInterval{3, seconds}}), "decay-every"));
  EXPECT_TRUE(test::contains(refusal({.min_learning_rate = -1}), "min-learning-rate"));
  EXPECT_TRUE(test::contains(refusal({.power = 0}), "power"));
  EXPECT_TRUE(test::contains(refusal({.pct_start = 1}), "pct-start"));
  EXPECT_TRUE(test::contains(refusal({.div_factor = 0.5}), "div-factor"));
  EXPECT_TRUE(test::contains(refusal({.final_div_factor = std::nan("")}), "final-div-factor"));
  EXPECT_TRUE(test::contains(refusal({.patience = -1}), "plateau-patience"));
  EXPECT_TRUE(test::contains(refusal({.threshold = 1}), "plateau-threshold"));
}

TEST(Schedule, SomeGoByTheLengthOfTheTraining) {
  const TrainingInterval epoch{.count = 1};
  EXPECT_TRUE(ScheduleOptions{.name = "cosine"}.spans_training());
  EXPECT_TRUE(ScheduleOptions{.name = "step"}.spans_training());
  EXPECT_FALSE((ScheduleOptions{.name = "step", .decay_every = epoch}.spans_training()));
  EXPECT_FALSE(ScheduleOptions{.name = "constant"}.spans_training());
  EXPECT_FALSE(ScheduleOptions{.name = "plateau"}.spans_training());
}

TEST(Schedule, OneStepIsTakenAtTheFullRate) {
  for (const auto name : schedule_names()) {
    if (name == "one-cycle") continue;  // its only step is its last
    const Schedule schedule{
        .options = {.name = std::string(name)}, .learning_rate = 0.3, .total_steps = 1};
    EXPECT_EQ(schedule.at(1), 0.3) << name;
  }
}

TEST(Schedule, UnknownNameIsRefused) {
  const Schedule schedule{.options = {.name = "staircase"}};
  EXPECT_THROW(schedule.at(1), UsageError);
  EXPECT_THROW(check(schedule.options), UsageError);
}

TEST(Schedule, WarmUpRisesInAStraightLineToTheFirstRate) {
  for (const auto name : schedule_names()) {
    ScheduleOptions options{.name = std::string(name)};
    const Schedule cold{
        .options = options, .learning_rate = 0.3, .total_steps = 14, .steps_per_epoch = 3};
    options.warmup = TrainingInterval{.count = 2, .unit = TrainingInterval::Unit::epochs};
    const Schedule warm{
        .options = options, .learning_rate = 0.3, .total_steps = 20, .steps_per_epoch = 3};
    EXPECT_EQ(warm.warmup_steps(), 6);
    for (Size step = 1; step <= 6; ++step) {
      EXPECT_DOUBLE_EQ(warm.at(step), cold.at(1) * static_cast<double>(step) / 7) << name;
    }
    for (Size step = 7; step <= 20; ++step) {
      EXPECT_EQ(warm.at(step), cold.at(step - 6)) << name << ", step " << step;
    }
  }
}

TEST(Schedule, WarmUpMayBeGivenInSteps) {
  const Schedule schedule{
      .options = {.name = "constant", .warmup = TrainingInterval{3, TrainingInterval::Unit::steps}},
      .learning_rate = 1,
      .total_steps = 10,
      .steps_per_epoch = 5};
  EXPECT_EQ(schedule.at(1), 0.25);
  EXPECT_EQ(schedule.at(2), 0.5);
  EXPECT_EQ(schedule.at(3), 0.75);
  EXPECT_EQ(schedule.at(4), 1);
}

TEST(Schedule, WarmUpInSecondsIsRefused) {
  EXPECT_THROW(check(ScheduleOptions{.warmup = TrainingInterval{3, seconds}}), UsageError);
}

}  // namespace
}  // namespace dtheta
