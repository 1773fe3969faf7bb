#include "dtheta/benchmark/rate.hpp"

#include <atomic>
#include <chrono>
#include <mutex>
#include <new>
#include <set>
#include <thread>

#include <gtest/gtest.h>

namespace dtheta {
namespace {

TEST(Rate, IsTheSumOverThreads) {
  // A sleep takes at least as long as it was asked to, on a busy machine longer.
  const auto make_work = []() -> Work {
    return [] {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
      return 1.0;
    };
  };
  const Spread spread = measure_rate(3, make_work, {.seconds = 0.02, .rounds = 4});
  EXPECT_GT(spread.min, 0);
  EXPECT_LE(spread.min, spread.median);
  EXPECT_LE(spread.median, spread.max);
  EXPECT_LE(spread.max, 3 * 1000);
}

TEST(Rate, EveryThreadHasAWorkOfItsOwn) {
  std::mutex mutex;
  std::set<std::thread::id> makers;
  std::atomic<int> units = 0;
  const auto make_work = [&]() -> Work {
    const std::scoped_lock lock(mutex);
    makers.insert(std::this_thread::get_id());
    return [&units, maker = std::this_thread::get_id()] {
      EXPECT_EQ(std::this_thread::get_id(), maker);
      ++units;
      return 1.0;
    };
  };
  measure_rate(4, make_work, {.seconds = 0, .rounds = 2});
  EXPECT_EQ(makers.size(), 4U);
  EXPECT_EQ(units, 4 * (1 + 2));  // one to warm up, one in each round of no length
}

TEST(Rate, AFailureOfOneThreadEndsAll) {
  std::atomic<int> made = 0;
  const auto make_work = [&]() -> Work {
    if (++made == 2) throw std::bad_alloc();
    return [] { return 1.0; };
  };
  EXPECT_THROW(measure_rate(3, make_work, {.seconds = 0, .rounds = 1}), std::bad_alloc);
}

}  // namespace
}  // namespace dtheta
