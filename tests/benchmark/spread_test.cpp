#include "dtheta/benchmark/spread.hpp"

#include <gtest/gtest.h>

namespace dtheta {
namespace {

void expect_spread(std::vector<double> measurements, double median, double min, double max) {
  const Spread spread = spread_of(std::move(measurements));
  EXPECT_EQ(spread.median, median);
  EXPECT_EQ(spread.min, min);
  EXPECT_EQ(spread.max, max);
}

TEST(Spread, IsMedianAndExtremes) {
  expect_spread({7}, 7, 7, 7);
  expect_spread({9, 1}, 5, 1, 9);
  expect_spread({5, 1, 100}, 5, 1, 100);
  expect_spread({8, 2, 4, 6}, 5, 2, 8);
}

}  // namespace
}  // namespace dtheta
