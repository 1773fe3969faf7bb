#include "dtheta/benchmark/random_data.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace dtheta {
namespace {

TEST(RandomData, OfPicturesIsBytes) {
  const Dataset data = random_data({.sample_shape = {5, 3, 1}, .classes = 3}, 101);
  EXPECT_EQ(data.size(), 101);
  EXPECT_EQ(data.type(), ElementType::uint8);
  EXPECT_EQ(data.sample_shape(), (Shape{5, 3, 1}));
  EXPECT_GT(std::set<std::byte>(data.x().begin(), data.x().end()).size(), 200U);
  EXPECT_EQ(std::set<std::int32_t>(data.labels().begin(), data.labels().end()),
            (std::set<std::int32_t>{0, 1, 2}));
  EXPECT_TRUE(std::ranges::equal(data.x(),
                                 random_data({.sample_shape = {5, 3, 1}, .classes = 3}, 101).x()));
}

TEST(RandomData, OfRowsIsFloatsBelowOne) {
  const Dataset data = random_data({.sample_shape = {7}, .classes = 0, .values_per_sample = 2}, 50);
  EXPECT_EQ(data.type(), ElementType::float32);
  EXPECT_EQ(data.values().size(), 100U);
  AlignedBuffer<float> x(7), y(2);
  const Size last = 49;
  data.gather<float>({&last, 1}, {}, x.view({1, 7}), y.view({1, 2}));
  for (const float number : x.span()) {
    EXPECT_GE(number, 0);
    EXPECT_LT(number, 1);
  }
  EXPECT_NE(x[0], x[6]);
}

}  // namespace
}  // namespace dtheta
