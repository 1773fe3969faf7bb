#include "dtheta/data/digits.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/data/digit_strokes.hpp"

namespace dtheta {
namespace {

/// The pixels of a sample, row by row.
std::string picture(const Dataset& data, Size sample) {
  const auto numbers = static_cast<std::size_t>(data.sample_shape().size());
  const auto x = data.x().subspan(static_cast<std::size_t>(sample) * numbers, numbers);
  std::string pixels;
  for (const std::byte pixel : x) pixels.push_back(static_cast<char>(pixel));
  return pixels;
}

TEST(Digits, AreLabelledGreyPictures) {
  const DatasetSplits splits = make_digits({.train = 25, .test = 7});
  EXPECT_EQ(splits.train->size(), 25);
  EXPECT_EQ(splits.test->size(), 7);
  EXPECT_FALSE(splits.validation.has_value());
  EXPECT_EQ(splits.train->sample_shape(), (Shape{28, 28, 1}));
  EXPECT_EQ(splits.train->type(), ElementType::uint8);
  EXPECT_EQ(splits.train->class_names(),
            (std::vector<std::string>{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}));
  EXPECT_FALSE(make_digits({.train = 1, .test = 0}).test.has_value());
}

TEST(Digits, BalanceTheClassesInEveryRunOfTen) {
  const Dataset train = *make_digits({.train = 50, .test = 0}).train;
  std::set<std::vector<std::int32_t>> orders;
  for (std::size_t first = 0; first < 50; first += 10) {
    const auto run = train.labels().subspan(first, 10);
    orders.emplace(run.begin(), run.end());
    EXPECT_EQ(std::set(run.begin(), run.end()).size(), 10U);
  }
  EXPECT_EQ(orders.size(), 5U) << "not one order throughout";
}

TEST(Digits, ALargerSetBeginsWithTheSmaller) {
  const DatasetSplits small = make_digits({.train = 13, .test = 4, .seed = 3});
  const DatasetSplits large = make_digits({.train = 30, .test = 9, .seed = 3});
  EXPECT_TRUE(std::ranges::equal(small.train->x(), large.train->x().first(13 * 784)));
  EXPECT_TRUE(std::ranges::equal(small.train->labels(), large.train->labels().first(13)));
  EXPECT_TRUE(std::ranges::equal(small.test->x(), large.test->x().first(4 * 784)));
  EXPECT_TRUE(std::ranges::equal(small.test->labels(), large.test->labels().first(4)));
}

TEST(Digits, NoTwoAreAlike) {
  std::set<std::string> pictures;
  for (const std::uint64_t seed : {1U, 2U}) {
    const DatasetSplits splits = make_digits({.train = 40, .test = 40, .seed = seed});
    for (Size sample = 0; sample < 40; ++sample) {
      pictures.insert(picture(*splits.train, sample));
      pictures.insert(picture(*splits.test, sample));
    }
  }
  EXPECT_EQ(pictures.size(), 160U);
}

TEST(Digits, AreDrawnInsideTheFrame) {
  const Dataset train = *make_digits({.train = 200, .test = 0}).train;
  for (Size sample = 0; sample < train.size(); ++sample) {
    Size ink = 0, ink_on_the_border = 0;
    const auto pixels = picture(train, sample);
    for (std::size_t i = 0; i < pixels.size(); ++i) {
      const bool is_ink = static_cast<unsigned char>(pixels[i]) > 100;
      const auto row = i / 28, column = i % 28;
      ink += is_ink ? 1 : 0;
      const bool is_border = row == 0 || row == 27 || column == 0 || column == 27;
      ink_on_the_border += is_ink && is_border ? 1 : 0;
    }
    EXPECT_GT(ink, 15) << "sample " << sample;
    EXPECT_LT(ink, 784 / 2) << "sample " << sample;
    EXPECT_LE(ink_on_the_border, 14) << "sample " << sample;
  }
}

// The digits of a seed never change: what users report of them stays comparable. The number was
// recorded once and agrees between g++ 12 and clang++ 16, optimised or not.
TEST(Digits, KeepTheirBits) {
  const DatasetSplits splits = make_digits({.train = 200, .test = 100, .seed = 7});
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a
  for (const Dataset* split : {&*splits.train, &*splits.test}) {
    for (const std::byte pixel : split->x()) {
      hash = (hash ^ std::to_integer<std::uint64_t>(pixel)) * 0x100000001b3;
    }
  }
  EXPECT_EQ(hash, 3418413071372938762U);
}

TEST(Digits, RefuseSizesThatCannotBe) {
  EXPECT_THROW(make_digits({.train = 0}), UsageError);
  EXPECT_THROW(make_digits({.train = -5}), UsageError);
  EXPECT_THROW(make_digits({.train = 1, .test = -1}), UsageError);
}

TEST(DrawDigit, StaysNearTheUnitSquare) {
  for (int digit = 0; digit < 10; ++digit) {
    for (std::uint64_t i = 0; i < 50; ++i) {
      Philox random(1, Purpose::input, 0, i);
      for (const Stroke& stroke : draw_digit(digit, random)) {
        EXPECT_GE(stroke.size(), 2U);
        for (const Point p : stroke) {
          EXPECT_TRUE(p.x > -0.3 && p.x < 1.3 && p.y > -0.3 && p.y < 1.3)
              << "digit " << digit << ": " << p.x << ", " << p.y;
        }
      }
    }
  }
}

TEST(DrawDigit, HasSeveralStyles) {
  for (int digit = 0; digit < 10; ++digit) {
    std::set<std::vector<std::size_t>> styles;  // each known by the lengths of its strokes
    for (std::uint64_t i = 0; i < 50; ++i) {
      Philox random(1, Purpose::input, 0, i);
      std::vector<std::size_t> lengths;
      for (const Stroke& stroke : draw_digit(digit, random)) lengths.push_back(stroke.size());
      styles.insert(lengths);
    }
    EXPECT_GE(styles.size(), 2U) << "digit " << digit;
  }
}

}  // namespace
}  // namespace dtheta
