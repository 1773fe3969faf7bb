#include "dtheta/data/selection.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/data/sampler.hpp"

namespace dtheta {
namespace {

using Sizes = std::vector<Size>;

TEST(Apportioned, GivesTheRestToTheLargestRemainders) {
  EXPECT_EQ(apportioned(Sizes{50, 30, 20}, 10), (Sizes{5, 3, 2}));
  EXPECT_EQ(apportioned(Sizes{6, 6, 2}, 7), (Sizes{3, 3, 1}));
  EXPECT_EQ(apportioned(Sizes{7, 2, 1}, 5), (Sizes{4, 1, 0}));  // 3.5, 1, 0.5: the earlier
  EXPECT_EQ(apportioned(Sizes{1, 1, 1}, 2), (Sizes{1, 1, 0}));
  EXPECT_EQ(apportioned(Sizes{0, 3, 0}, 3), (Sizes{0, 3, 0}));
  EXPECT_EQ(apportioned(Sizes{4, 0}, 0), (Sizes{0, 0}));
  EXPECT_EQ(apportioned(Sizes{}, 0), Sizes{});
  const Size large = Size{1} << 61;  // products have more than 64 bits
  EXPECT_EQ(apportioned(Sizes{large, large}, large), (Sizes{large / 2, large / 2}));
}

TEST(Apportioned, AddsUpAndStaysWithinASampleOfTheShare) {
  Philox random(3, Purpose::input, 0, 0);
  for (int run = 0; run < 200; ++run) {
    Sizes sizes;
    for (int c = 0; c < 7; ++c) sizes.push_back(random.below(40));
    const Size all = std::accumulate(sizes.begin(), sizes.end(), Size{0});
    const Size total = random.below(all + 1);
    const Sizes parts = apportioned(sizes, total);
    EXPECT_EQ(std::accumulate(parts.begin(), parts.end(), Size{0}), total);
    for (std::size_t c = 0; c < sizes.size(); ++c) {
      EXPECT_LE(parts[c], sizes[c]);
      EXPECT_LE(std::abs(parts[c] * all - sizes[c] * total), all);
    }
  }
}

/// 60 samples: of class 0 every second, of class 1 two in six, of class 2 one in six.
std::vector<std::int32_t> labels() {
  std::vector<std::int32_t> all;
  for (int n = 0; n < 60; ++n) all.push_back(n % 2 == 0 ? 0 : (n % 6 == 5 ? 2 : 1));
  return all;
}

Sizes numbers(Size count) {
  Sizes all(static_cast<std::size_t>(count));
  std::iota(all.begin(), all.end(), Size{0});
  return all;
}

std::map<std::int32_t, Size> counts_of(const Sizes& samples) {
  std::map<std::int32_t, Size> counts;
  for (const Size sample : samples) ++counts[labels()[static_cast<std::size_t>(sample)]];
  return counts;
}

TEST(DrawSamples, KeepsTheShareOfEachClass) {
  Philox random(1, Purpose::subset, 0, 0);
  const Sizes drawn = draw_samples(numbers(60), 12, labels(), random);
  EXPECT_TRUE(std::ranges::is_sorted(drawn));
  EXPECT_EQ(std::set<Size>(drawn.begin(), drawn.end()).size(), 12U);
  EXPECT_EQ(counts_of(drawn), (std::map<std::int32_t, Size>{{0, 6}, {1, 4}, {2, 2}}));
}

TEST(DrawSamples, DrawsEachAsOften) {
  std::vector<int> times(60);
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    Philox random(seed, Purpose::subset, 0, 0);
    for (const Size sample : draw_samples(numbers(60), 12, labels(), random)) {
      ++times[static_cast<std::size_t>(sample)];
    }
  }
  for (const int count : times) EXPECT_NEAR(count, 120, 50);  // five sigma
}

TEST(DrawSamples, WithoutLabelsIsAnyOfThem) {
  Philox random(1, Purpose::subset, 0, 0);
  EXPECT_EQ(draw_samples(Sizes{3, 5, 9}, 3, {}, random), (Sizes{3, 5, 9}));
  EXPECT_EQ(draw_samples(Sizes{3, 5, 9}, 0, {}, random), Sizes{});
  EXPECT_EQ(draw_samples(Sizes{}, 0, labels(), random), Sizes{});
}

TEST(BalancedSamples, HaveAllClassesAsOftenAndAllSamplesAlmostSo) {
  const Sizes balanced = balanced_samples(numbers(53), labels(), 1);
  EXPECT_TRUE(std::ranges::is_sorted(balanced));
  EXPECT_EQ(counts_of(balanced), (std::map<std::int32_t, Size>{{0, 27}, {1, 27}, {2, 27}}));
  for (Size n = 0; n < 53; ++n) {
    const auto times = std::ranges::count(balanced, n);
    const std::int32_t label = labels()[static_cast<std::size_t>(n)];
    if (label == 0) {
      EXPECT_EQ(times, 1);
    } else if (label == 1) {
      EXPECT_TRUE(times == 1 || times == 2);  // 27 of 18
    } else {
      EXPECT_TRUE(times == 3 || times == 4);  // 27 of 8
    }
  }
  EXPECT_EQ(balanced_samples(numbers(53), labels(), 1), balanced);
  EXPECT_NE(balanced_samples(numbers(53), labels(), 2), balanced);
}

TEST(BalancedSamples, ChangesNothingWhereAllAreAsOften) {
  EXPECT_EQ(balanced_samples(Sizes{0, 1, 5}, labels(), 1), (Sizes{0, 1, 5}));
  EXPECT_EQ(balanced_samples(Sizes{0, 2}, labels(), 1), (Sizes{0, 2})) << "other classes are not";
}

TEST(SplitForValidation, HoldsOutInTheSharesOfTheClasses) {
  const ValidationSplit split = split_for_validation(1, 60, 0.1, labels());
  EXPECT_EQ(counts_of(split.validation), (std::map<std::int32_t, Size>{{0, 3}, {1, 2}, {2, 1}}));
  Sizes all = split.training;
  all.insert(all.end(), split.validation.begin(), split.validation.end());
  std::ranges::sort(all);
  EXPECT_EQ(all, numbers(60));
  int others = 0;  // without labels the shares are so by chance only
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    others += counts_of(split_for_validation(seed, 60, 0.1).validation) !=
                      counts_of(split_for_validation(seed, 60, 0.1, labels()).validation)
                  ? 1
                  : 0;
  }
  EXPECT_GT(others, 3);
}

}  // namespace
}  // namespace dtheta
