#include "checkpoint_options.hpp"

#include <gtest/gtest.h>

namespace dtheta::cli {
namespace {

using Unit = CheckpointInterval::Unit;

TEST(CheckpointInterval, IsANumberAndAUnit) {
  EXPECT_EQ(parse_interval("2epochs"), (CheckpointInterval{2, Unit::epochs}));
  EXPECT_EQ(parse_interval("1epoch"), (CheckpointInterval{1, Unit::epochs}));
  EXPECT_EQ(parse_interval("500steps"), (CheckpointInterval{500, Unit::steps}));
  EXPECT_EQ(parse_interval("1step"), (CheckpointInterval{1, Unit::steps}));
  EXPECT_EQ(parse_interval("60s"), (CheckpointInterval{60, Unit::seconds}));
  for (const char* text : {"", "5", "s", "0s", "-1s", "2 epochs", "2Epochs", "1.5s", "60sec", "+2s",
                           "99999999999999999999s"}) {
    EXPECT_EQ(parse_interval(text), std::nullopt) << text;
  }
}

TEST(CheckpointInterval, IsWrittenAsItIsRead) {
  for (const char* text : {"1epoch", "2epochs", "1step", "500steps", "1s", "60s"}) {
    EXPECT_EQ(interval_text(*parse_interval(text)), text);
  }
}

}  // namespace
}  // namespace dtheta::cli
