#include "dtheta/data/rasterizer.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/aligned_buffer.hpp"

namespace dtheta {
namespace {

constexpr Size height = 9, width = 11;

AlignedBuffer<double> drawn(std::vector<Point> points, const Pen& pen) {
  AlignedBuffer<double> canvas(height * width);
  draw_line(points, pen, canvas.view({height, width}));
  return canvas;
}

double at(const AlignedBuffer<double>& canvas, Size row, Size column) {
  return canvas[row * width + column];
}

double total(const AlignedBuffer<double>& canvas) {
  return std::accumulate(canvas.data(), canvas.data() + canvas.size(), 0.0);
}

TEST(DrawLine, CoversWhatIsWithinTheRadius) {
  const auto canvas = drawn({{2, 4}, {8, 4}}, {.begin_radius = 1.5, .end_radius = 1.5});
  for (Size column = 2; column <= 8; ++column) {
    EXPECT_EQ(at(canvas, 4, column), 1);
    EXPECT_EQ(at(canvas, 3, column), 1) << "0.5 inside the edge, half the softness";
    EXPECT_EQ(at(canvas, 2, column), 0) << "0.5 outside";
  }
  EXPECT_EQ(at(canvas, 4, 1), 1) << "the cap is round";
  EXPECT_EQ(at(canvas, 4, 0), 0);
  EXPECT_NEAR(at(canvas, 3, 1), 2 - std::sqrt(2), 1e-15) << "√2 from the end";
}

TEST(DrawLine, ChangesItsThicknessEvenly) {
  const auto canvas = drawn({{1, 4}, {9, 4}}, {.begin_radius = 0.5, .end_radius = 2.5});
  EXPECT_EQ(at(canvas, 3, 1), 0);
  EXPECT_EQ(at(canvas, 3, 5), 1) << "radius 1.5 halfway";
  EXPECT_EQ(at(canvas, 2, 5), 0);
  EXPECT_EQ(at(canvas, 2, 9), 1);
  // The same line cut into pieces has the same thickness everywhere.
  const auto pieces =
      drawn({{1, 4}, {3, 4}, {5, 4}, {7, 4}, {9, 4}}, {.begin_radius = 0.5, .end_radius = 2.5});
  for (Size i = 0; i < canvas.size(); ++i) EXPECT_NEAR(canvas[i], pieces[i], 0.15);
  EXPECT_NEAR(total(canvas), total(pieces), 0.2);
}

TEST(DrawLine, KeepsTheDarkerInk) {
  AlignedBuffer<double> canvas(height * width);
  const auto view = canvas.view({height, width});
  draw_line(std::array{Point{5, 0}, Point{5, 8}}, {.ink = 0.75}, view);
  draw_line(std::array{Point{0, 4}, Point{10, 4}}, {.ink = 0.5}, view);
  EXPECT_EQ(at(canvas, 4, 5), 0.75);
  EXPECT_EQ(at(canvas, 4, 2), 0.5);
  EXPECT_EQ(at(canvas, 1, 5), 0.75);
}

TEST(DrawLine, DrawsOnePointAsADot) {
  const auto canvas = drawn({{5, 4}}, {.begin_radius = 1, .end_radius = 9});
  EXPECT_EQ(at(canvas, 4, 5), 1);
  EXPECT_EQ(at(canvas, 4, 6), 0.5);
  EXPECT_EQ(at(canvas, 4, 7), 0);
  EXPECT_EQ(total(drawn({}, {})), 0);
}

TEST(DrawLine, CutsOffWhatLiesOutside) {
  const auto canvas = drawn({{-5, 4}, {3, 4}}, {});
  EXPECT_EQ(at(canvas, 4, 0), 1);
  for (const Point far : {Point{-30, 4}, Point{50, 4}, Point{5, -30}, Point{5, 50}}) {
    EXPECT_EQ(total(drawn({far}, {})), 0);
  }
}

}  // namespace
}  // namespace dtheta
