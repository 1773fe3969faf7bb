#include "dtheta/core/training_interval.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace dtheta {
namespace {

using Unit = TrainingInterval::Unit;

TEST(TrainingInterval, IsANumberAndAUnit) {
  EXPECT_EQ(parse_interval("2epochs"), (TrainingInterval{2, Unit::epochs}));
  EXPECT_EQ(parse_interval("1epoch"), (TrainingInterval{1, Unit::epochs}));
  EXPECT_EQ(parse_interval("500steps"), (TrainingInterval{500, Unit::steps}));
  EXPECT_EQ(parse_interval("1step"), (TrainingInterval{1, Unit::steps}));
  EXPECT_EQ(parse_interval("60s"), (TrainingInterval{60, Unit::seconds}));
  EXPECT_EQ(parse_interval("10m"), (TrainingInterval{600, Unit::seconds}));
  EXPECT_EQ(parse_interval("2h"), (TrainingInterval{7200, Unit::seconds}));
  for (const char* text : {"", "5", "s", "0s", "-1s", "2 epochs", "2Epochs", "1.5s", "60sec", "+2s",
                           "99999999999999999999s", "9000000000000000000h"}) {
    EXPECT_EQ(parse_interval(text), std::nullopt) << text;
  }
}

TEST(TrainingInterval, IsWrittenAsItIsRead) {
  for (const char* text : {"1epoch", "2epochs", "1step", "500steps", "1s", "60s"}) {
    EXPECT_EQ(interval_text(*parse_interval(text)), text);
  }
  EXPECT_EQ(interval_text(*parse_interval("10m")), "600s");
}

TEST(TrainingInterval, OfEpochsIsSoManySteps) {
  EXPECT_EQ((TrainingInterval{3, Unit::epochs}).steps(7), 21);
  EXPECT_EQ((TrainingInterval{3, Unit::steps}).steps(7), 3);
  constexpr Size most = std::numeric_limits<Size>::max();
  EXPECT_EQ((TrainingInterval{most / 2, Unit::epochs}).steps(3), most);
}

}  // namespace
}  // namespace dtheta
