#include "dtheta/optimizers/schedule.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

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

TEST(Schedule, OneStepIsTakenAtTheFullRate) {
  for (const auto name : schedule_names()) {
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
    const Schedule cold{.options = options, .learning_rate = 0.3, .total_steps = 14};
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
  EXPECT_THROW(
      check(ScheduleOptions{.warmup = TrainingInterval{3, TrainingInterval::Unit::seconds}}),
      UsageError);
}

}  // namespace
}  // namespace dtheta
