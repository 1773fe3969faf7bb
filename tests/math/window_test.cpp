#include "dtheta/math/window.hpp"

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

WindowAxis along(Size input, Size window, Size stride, Padding padding) {
  return slide({input, 1, 1}, {window, 1}, {stride, 1}, padding).vertical;
}

// The two worked examples of TensorFlow's documentation of tf.nn convolution, and its rule that the
// odd one is added after.
TEST(Window, FollowsTensorFlowsPadding) {
  const WindowAxis valid = along(13, 6, 5, Padding::valid);
  EXPECT_EQ(valid.output, 2);
  EXPECT_EQ(valid.padding, 0);
  const WindowAxis same = along(13, 6, 5, Padding::same);
  EXPECT_EQ(same.output, 3);
  EXPECT_EQ(same.padding, 1);  // 3 are missing: 1 before, 2 after
  EXPECT_EQ(along(5, 3, 1, Padding::same).padding, 1);
  EXPECT_EQ(along(6, 3, 2, Padding::same).padding, 0);
  EXPECT_EQ(along(4, 2, 1, Padding::same).padding, 0);
  EXPECT_EQ(along(7, 2, 3, Padding::same).padding, 0);  // nothing is missing
}

/// Whether input `position` exists.
bool exists(const WindowAxis& axis, Size position) {
  return position >= 0 && position < axis.input;
}

TEST(Window, TellsTapsOnInputsFromPadding) {
  for (const Padding padding : {Padding::valid, Padding::same}) {
    for (Size input = 1; input <= 9; ++input) {
      for (Size window = 1; window <= (padding == Padding::same ? 12 : input); ++window) {
        for (Size stride = 1; stride <= 10; ++stride) {
          const WindowAxis axis = along(input, window, stride, padding);
          for (Size o = 0; o < axis.output; ++o) {
            bool is_inside = true;
            for (Size tap = 0; tap < window; ++tap) {
              const bool on_input = exists(axis, axis.origin(o) + tap);
              ASSERT_EQ(on_input, tap >= axis.first_tap(o) && tap < axis.end_tap(o))
                  << input << ' ' << window << ' ' << stride << ' ' << o << ' ' << tap;
              is_inside = is_inside && on_input;
            }
            ASSERT_LT(axis.first_tap(o), axis.end_tap(o)) << "a window of padding only";
            ASSERT_EQ(is_inside, o >= axis.first_inside() && o < axis.end_inside())
                << input << ' ' << window << ' ' << stride << ' ' << o;
          }
          ASSERT_LE(axis.first_inside(), axis.end_inside());
        }
      }
    }
  }
}

TEST(Window, KnowsWhenItsWindowsAreMemory) {
  const Shape sample{4, 6, 2};
  const auto is_contiguous = [&](const Extent2d& window, const Extent2d& stride) {
    return slide(sample, window, stride, Padding::valid).is_contiguous();
  };
  EXPECT_TRUE(is_contiguous({1, 1}, {1, 1}));
  EXPECT_TRUE(is_contiguous({1, 3}, {1, 3}));
  EXPECT_TRUE(is_contiguous({2, 6}, {2, 1}));
  EXPECT_TRUE(is_contiguous({4, 6}, {5, 5}));
  EXPECT_FALSE(is_contiguous({1, 1}, {1, 2}));
  EXPECT_FALSE(is_contiguous({2, 3}, {2, 3}));
  EXPECT_FALSE(is_contiguous({1, 4}, {1, 4}));
  EXPECT_FALSE(is_contiguous({1, 6}, {2, 1}));
  EXPECT_TRUE(slide(sample, {1, 1}, {1, 1}, Padding::same).is_contiguous());
  EXPECT_FALSE(slide(sample, {4, 6}, {1, 1}, Padding::same).is_contiguous());
}

TEST(Window, RefusesSamplesThatDoNotFit) {
  EXPECT_THROW(slide({4, 6}, {1, 1}, {1, 1}, Padding::same), UsageError);
  EXPECT_THROW(slide({4, 6, 0}, {1, 1}, {1, 1}, Padding::same), UsageError);
  EXPECT_THROW(slide({4, 6, 1}, {5, 1}, {1, 1}, Padding::valid), UsageError);
  EXPECT_THROW(slide({4, 6, 1}, {1, 7}, {1, 1}, Padding::valid), UsageError);
  EXPECT_NO_THROW(slide({4, 6, 1}, {5, 7}, {1, 1}, Padding::same));
}

}  // namespace
}  // namespace dtheta
