#include "dtheta/core/shape.hpp"

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

TEST(Shape, KnowsItsSizeAndParts) {
  const Shape image{28, 28, 3};
  EXPECT_EQ(image.rank(), 3);
  EXPECT_EQ(image.size(), 2352);
  EXPECT_EQ(image.batch(5), (Shape{5, 28, 28, 3}));
  EXPECT_EQ(image.batch(5).sample(), image);
  EXPECT_EQ(image.text(), "28x28x3");
  EXPECT_EQ(Shape{}.size(), 1);
  EXPECT_EQ(Shape{}.text(), "scalar");
  EXPECT_EQ((Shape{0, 7}).size(), 0);
  EXPECT_NE((Shape{2, 3}), (Shape{3, 2}));
}

TEST(Shape, RefusesWhatCannotBeCounted) {
  constexpr Size huge = Size{1} << 32;
  EXPECT_THROW((Shape{huge, huge}), UsageError);
  EXPECT_THROW((Shape{-1}), UsageError);
  EXPECT_THROW((Shape{1, 1, 1, 1, 1, 1}), UsageError);
  EXPECT_THROW((Shape{1, 2, 3, 4, 5}).batch(2), UsageError);
  EXPECT_THROW(Shape{}.sample(), UsageError);
  EXPECT_EQ((Shape{huge, huge / 4}).size(), Size{1} << 62);
}

}  // namespace
}  // namespace dtheta
