#include "dtheta/core/workers.hpp"

#include <atomic>
#include <limits>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

TEST(Workers, RunEveryTaskOnceAndNoTwoAtOnceOnOneWorker) {
  for (const int threads : {1, 2, 7, 65}) {
    Workers workers(threads);
    std::vector<std::atomic<int>> runs(1000), busy(static_cast<std::size_t>(threads));
    std::atomic<int> clashes = 0;
    workers.for_each(1000, [&](Size task, int worker) {
      auto& mine = busy[static_cast<std::size_t>(worker)];
      if (mine.exchange(1) != 0) ++clashes;
      ++runs[static_cast<std::size_t>(task)];
      mine = 0;
    });
    for (const auto& count : runs) EXPECT_EQ(count, 1);
    EXPECT_EQ(clashes, 0);
  }
}

TEST(Workers, FlushDenormalsInsideTasksOnly) {
  Workers workers(2);
  volatile double tiny = std::numeric_limits<double>::min();
  volatile double inside = 1;
  workers.for_each(1, [&](Size, int) { inside = tiny / 2; });
  volatile double outside = tiny / 2;
  EXPECT_EQ(inside, 0);
  EXPECT_NE(outside, 0);
}

TEST(Workers, PassOnExceptions) {
  Workers workers(3);
  EXPECT_THROW(workers.for_each(10,
                                [](Size task, int) {
                                  if (task == 5) throw std::runtime_error("task");
                                }),
               std::runtime_error);
  EXPECT_THROW(Workers(0), UsageError);
}

}  // namespace
}  // namespace dtheta
