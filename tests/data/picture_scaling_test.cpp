#include "dtheta/data/picture_scaling.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace dtheta {
namespace {

using Pixels = std::vector<std::uint8_t>;

Pixels scaled(const Pixels& picture, const Shape& from, const Shape& to) {
  Pixels result(static_cast<std::size_t>(to.size()), 7);
  scale_picture({picture, from}, {result, to});
  return result;
}

TEST(ScalePicture, TheSameSizeIsTheSamePicture) {
  const Pixels picture{0, 255, 3, 77, 128, 9, 250, 4, 31, 90, 1, 200};
  EXPECT_EQ(scaled(picture, {2, 3, 2}, {2, 3, 2}), picture);
}

TEST(ScalePicture, EnlargingInterpolates) {
  EXPECT_EQ(scaled({0, 100}, {1, 2, 1}, {1, 4, 1}), (Pixels{0, 25, 75, 100}));
  EXPECT_EQ(scaled({0, 100}, {2, 1, 1}, {4, 1, 1}), (Pixels{0, 25, 75, 100}));
  EXPECT_EQ(scaled({10, 200}, {1, 1, 2}, {2, 2, 2}), (Pixels{10, 200, 10, 200, 10, 200, 10, 200}));
}

TEST(ScalePicture, ShrinkingIsAWeightedMeanOfAllPixels) {
  // Weights 1/8, 3/8, 3/8, 1/8 of a triangle that is two pixels wide; cut off at the edges.
  EXPECT_EQ(scaled({0, 0, 80, 80, 0, 0}, {1, 6, 1}, {1, 3, 1}), (Pixels{11, 60, 11}));
  EXPECT_EQ(scaled(Pixels(35 * 3, 200), {5, 7, 3}, {2, 3, 3}), Pixels(2 * 3 * 3, 200));
}

TEST(ScalePicture, EveryPixelOfALargePictureCounts) {
  Pixels picture(64 * 64, 0);
  picture[64 * 20 + 33] = 255;
  const Pixels small = scaled(picture, {64, 64, 1}, {2, 2, 1});
  Pixels none = scaled(Pixels(64 * 64, 0), {64, 64, 1}, {2, 2, 1});
  EXPECT_EQ(small, none);  // a single one is lost in rounding,
  for (std::size_t i = 0; i < 64; ++i) picture[64 * 20 + i] = 255;
  const Pixels line = scaled(picture, {64, 64, 1}, {2, 2, 1});
  EXPECT_GT(line[0], 4);  // a line is not
  EXPECT_EQ(line[0], line[1]);
}

}  // namespace
}  // namespace dtheta
