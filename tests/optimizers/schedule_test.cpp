#include "dtheta/optimizers/schedule.hpp"

#include <cmath>
#include <numbers>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

TEST(Schedule, ConstantStays) {
  const Schedule schedule{.name = "constant", .learning_rate = 0.3, .total_steps = 10};
  for (Size step = 1; step <= 10; ++step) EXPECT_EQ(schedule.at(step), 0.3);
}

TEST(Schedule, CosineFallsFromTheRateTowardsZero) {
  const Schedule schedule{.name = "cosine", .learning_rate = 0.3, .total_steps = 10};
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
    const Schedule schedule{.name = std::string(name), .learning_rate = 0.3, .total_steps = 1};
    EXPECT_EQ(schedule.at(1), 0.3) << name;
  }
}

TEST(Schedule, UnknownNameIsRefused) {
  const Schedule schedule{.name = "staircase"};
  EXPECT_THROW(schedule.at(1), UsageError);
}

}  // namespace
}  // namespace dtheta
