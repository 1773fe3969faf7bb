#include "progress.hpp"

#include <algorithm>
#include <sstream>

#include <gtest/gtest.h>

#include "support/messages.hpp"

namespace dtheta::cli {
namespace {

using test::contains;

EpochReport some_report() {
  return {.epoch = 3, .samples = 500, .loss = 0.12345, .accuracy = 0.9632, .seconds = 0.25};
}

TEST(Progress, TheLineTellsWhereTheTrainingStands) {
  const ProgressState state{
      .epochs = 10, .samples_per_epoch = 1000, .so_far = some_report(), .seconds_left = 42};
  EXPECT_EQ(progress_line(state, 200),
            "epoch  3/10  [==========>         ]   50 %  loss 0.1235  accuracy 96.32 %  "
            "2,000 samples/s  42 s left");
}

TEST(Progress, TheLineFitsAnyTerminal) {
  const ProgressState state{
      .epochs = 10, .samples_per_epoch = 1000, .so_far = some_report(), .seconds_left = 4242};
  for (int columns = 1; columns < 130; ++columns) {
    const std::string line = progress_line(state, columns);
    EXPECT_LT(line.size(), static_cast<std::size_t>(std::max(columns, 2)));
    if (columns > 40) {
      EXPECT_TRUE(contains(line, "loss 0.1235"));
    }
    if (columns > 12) {
      EXPECT_TRUE(line.starts_with("epoch  3/10"));
    }
  }
}

TEST(Progress, AnEpochIsOneLine) {
  const EpochFigures figures{.training = some_report(),
                             .validation = Evaluation{.samples = 9, .loss = 0.5, .accuracy = 0.25},
                             .test = {}};
  const std::string figures_alone =
      "epoch  3/10  loss 0.1235  accuracy 96.32 %  validation 0.5000  25.00 %";
  EXPECT_EQ(epoch_line(figures, 10, true, 100), figures_alone + "  2,000 samples/s  0.2 s");
  EXPECT_EQ(epoch_line(figures, 10, true, 80), figures_alone + "  0.2 s");
  EXPECT_EQ(epoch_line(figures, 10, true, 20), figures_alone);
  EXPECT_EQ(epoch_line({.training = some_report(), .validation = {}, .test = {}}, 3, false, 80),
            "epoch 3/3  loss 0.12345  2,000 samples/s  0.2 s");
}

TEST(Progress, IsDrawnOnATerminalOnlyAndAtMostTenTimesASecond) {
  std::ostringstream out, plain, live;
  {
    Progress progress({out, plain}, 10, 1000, true);
    progress.step(some_report());
  }
  EXPECT_EQ(plain.str(), "");
  {
    const Console console{out, live, true};
    Progress progress(console, 10, 1000, true);
    for (int i = 0; i < 1000; ++i) progress.step(some_report());
    EXPECT_LE(std::ranges::count(live.str(), '\r'), 2);
    EXPECT_TRUE(live.str().starts_with("\repoch  3/10"));
  }
  EXPECT_TRUE(live.str().ends_with("\r\x1b[K"));  // gone, also when an exception ends it
  EXPECT_EQ(out.str(), "");
}

}  // namespace
}  // namespace dtheta::cli
