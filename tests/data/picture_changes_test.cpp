// Changes of pictures against naive references.
#include "dtheta/data/picture_changes.hpp"

#include <cmath>
#include <functional>
#include <numbers>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/random.hpp"

namespace dtheta {
namespace {

const std::vector<Shape> shapes{{1, 1, 1}, {1, 5, 2}, {5, 1, 1}, {4, 6, 3}, {7, 5, 1}, {5, 8, 4}};

/// A picture of random numbers, none of them 0.
class Picture {
 public:
  explicit Picture(const Shape& shape) : shape_(shape), numbers_(shape.size()) {
    Philox random(1, Purpose::input, 0, 0);
    for (double& number : numbers_.span()) number = random.uniform(0.5, 2);
  }
  View<double> view() { return numbers_.view(shape_); }
  /// The number there; 0 outside.
  double at(Size row, Size column, Size channel) const {
    const bool is_inside = row >= 0 && row < shape_[0] && column >= 0 && column < shape_[1];
    return is_inside ? numbers_[(row * shape_[1] + column) * shape_[2] + channel] : 0.0;
  }
  const Shape& shape() const { return shape_; }

 private:
  Shape shape_;
  AlignedBuffer<double> numbers_;
};

/// Every number of `picture` is wanted(row, column, channel).
void expect_numbers(const Picture& picture, const std::function<double(Size, Size, Size)>& wanted,
                    double tolerance = 0) {
  for (Size row = 0; row < picture.shape()[0]; ++row) {
    for (Size column = 0; column < picture.shape()[1]; ++column) {
      for (Size c = 0; c < picture.shape()[2]; ++c) {
        ASSERT_NEAR(picture.at(row, column, c), wanted(row, column, c), tolerance)
            << picture.shape().text() << " at " << row << ", " << column << ", " << c;
      }
    }
  }
}

TEST(PictureChanges, Mirror) {
  for (const Shape& shape : shapes) {
    const Picture before(shape);
    Picture picture(shape);
    mirror_horizontally(picture.view());
    expect_numbers(picture,
                   [&](Size r, Size x, Size c) { return before.at(r, shape[1] - 1 - x, c); });
    mirror_horizontally(picture.view());
    mirror_vertically(picture.view());
    expect_numbers(picture,
                   [&](Size r, Size x, Size c) { return before.at(shape[0] - 1 - r, x, c); });
  }
}

TEST(PictureChanges, MovesByWholePixels) {
  for (const Shape& shape : shapes) {
    const Picture before(shape);
    for (Size down = 1 - shape[0]; down < shape[0]; ++down) {
      for (Size right = 1 - shape[1]; right < shape[1]; ++right) {
        Picture picture(shape);
        move_pixels(picture.view(), down, right);
        expect_numbers(picture,
                       [&](Size r, Size x, Size c) { return before.at(r - down, x - right, c); });
      }
    }
  }
}

/// What resampling of a new picture gives under the map.
Picture resampled(const Shape& shape, const PixelMap& map) {
  Picture from(shape), to(shape);
  resample<double>(from.view(), map, to.view());
  return to;
}

TEST(PictureChanges, ResamplesToTheSameUnderTheIdentity) {
  for (const Shape& shape : shapes) {
    const Picture before(shape);
    expect_numbers(resampled(shape, {}),
                   [&](Size r, Size x, Size c) { return before.at(r, x, c); });
  }
}

TEST(PictureChanges, ResamplesMovesOfWholePixelsAsTheyAre) {
  for (const Shape& shape : shapes) {
    const Picture before(shape);
    PixelMap map;
    map.move(-1, 2);
    expect_numbers(resampled(shape, map),
                   [&](Size r, Size x, Size c) { return before.at(r + 1, x - 2, c); });
  }
}

TEST(PictureChanges, TurnsByRightAngles) {
  for (const Shape& shape : {Shape{5, 5, 2}, Shape{4, 4, 1}}) {
    const Picture before(shape);
    PixelMap map;
    map.turn(std::numbers::pi / 2);
    const Size last = shape[0] - 1;
    expect_numbers(
        resampled(shape, map), [&](Size r, Size x, Size c) { return before.at(x, last - r, c); },
        1e-12);
  }
}

// Twice as large: a pixel of the new picture lies a quarter of a pixel from an old one.
TEST(PictureChanges, EnlargesAboutTheCentre) {
  const Shape shape{4, 4, 3};
  const Picture before(shape);
  PixelMap map;
  map.enlarge(2);
  expect_numbers(
      resampled(shape, map),
      [&](Size r, Size x, Size c) {
        const double y = (static_cast<double>(r) - 1.5) / 2 + 1.5;
        const double z = (static_cast<double>(x) - 1.5) / 2 + 1.5;
        const Size top = static_cast<Size>(std::floor(y)), left = static_cast<Size>(std::floor(z));
        const double b = y - std::floor(y), s = z - std::floor(z);
        return (1 - b) * ((1 - s) * before.at(top, left, c) + s * before.at(top, left + 1, c)) +
               b * ((1 - s) * before.at(top + 1, left, c) + s * before.at(top + 1, left + 1, c));
      },
      1e-12);
}

// A ramp is known at every place, between pixels too.
TEST(PictureChanges, DoesOneChangeAfterTheOther) {
  const Shape shape{41, 41, 1};
  AlignedBuffer<double> from(shape.size()), to(shape.size());
  for (Size r = 0; r < 41; ++r) {
    for (Size x = 0; x < 41; ++x) {
      from[r * 41 + x] = 3 * static_cast<double>(r - 20) + 5 * static_cast<double>(x - 20);
    }
  }
  PixelMap map;
  map.move(2.5, -1.25);
  map.turn(0.3);
  map.enlarge(1.5);
  resample<double>(from.view(shape), map, to.view(shape));
  for (Size r = 15; r < 26; ++r) {
    for (Size x = 15; x < 26; ++x) {
      // Backwards from the new place: smaller, turned back, moved back.
      const double y = static_cast<double>(r - 20) / 1.5, z = static_cast<double>(x - 20) / 1.5;
      const double old_y = y * std::cos(0.3) + z * std::sin(0.3) - 2.5;
      const double old_z = -y * std::sin(0.3) + z * std::cos(0.3) + 1.25;
      EXPECT_NEAR(to[r * 41 + x], 3 * old_y + 5 * old_z, 1e-9);
    }
  }
}

TEST(PictureChanges, IsZeroWhereNothingWas) {
  const Shape shape{6, 6, 1};
  PixelMap map;
  map.move(100, 0);
  expect_numbers(resampled(shape, map), [](Size, Size, Size) { return 0.0; });
}

TEST(PictureChanges, BrightnessIsAFactorBeforeMeanAndDeviation) {
  const InputPreparation preparation{.mean = {0.5, 0.2, 0.1}, .deviation = {0.25, 0.5, 2}};
  const Picture before({4, 6, 3});
  Picture picture({4, 6, 3});
  change_brightness(picture.view(), 1.25, preparation);
  expect_numbers(
      picture,
      [&](Size r, Size x, Size c) {
        const double mean = preparation.mean[static_cast<std::size_t>(c)];
        const double deviation = preparation.deviation[static_cast<std::size_t>(c)];
        const double raw = before.at(r, x, c) * deviation + mean;
        return (raw * 1.25 - mean) / deviation;
      },
      1e-12);
  Picture plain({4, 6, 3});
  change_brightness(plain.view(), 0.5, {});
  expect_numbers(plain, [&](Size r, Size x, Size c) { return before.at(r, x, c) * 0.5; });
}

TEST(PictureChanges, ContrastKeepsTheMeanOfEachChannel) {
  const Picture before({5, 8, 4});
  Picture picture({5, 8, 4});
  change_contrast(picture.view(), 0.75);
  std::vector<double> mean(4);
  for (Size i = 0; i < 160; ++i) {
    mean[static_cast<std::size_t>(i % 4)] += before.at(i / 32, i / 4 % 8, i % 4) / 40;
  }
  expect_numbers(
      picture,
      [&](Size r, Size x, Size c) {
        const double m = mean[static_cast<std::size_t>(c)];
        return m + 0.75 * (before.at(r, x, c) - m);
      },
      1e-12);
}

TEST(PictureChanges, CutsOutWhatOfTheSquareIsInside) {
  for (const Shape& shape : shapes) {
    for (const Size size : {1, 2, 3, 4}) {
      const Picture before(shape);
      for (Size row = 0; row < shape[0]; ++row) {
        for (Size column = 0; column < shape[1]; ++column) {
          Picture picture(shape);
          cut_out(picture.view(), row, column, size);
          expect_numbers(picture, [&](Size r, Size x, Size c) {
            const Size down = r - row + size / 2, right = x - column + size / 2;
            const bool is_in = down >= 0 && down < size && right >= 0 && right < size;
            return is_in ? 0.0 : before.at(r, x, c);
          });
        }
      }
    }
  }
}

}  // namespace
}  // namespace dtheta
