#include "dtheta/data/sampler.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

std::vector<Size> order_of(std::uint64_t seed, Size epoch, Size window, std::size_t n) {
  std::vector<Size> order(n, -1);
  epoch_order(seed, epoch, window, order);
  return order;
}

std::vector<Size> all_up_to(std::size_t n) {
  std::vector<Size> samples(n);
  std::iota(samples.begin(), samples.end(), Size{0});
  return samples;
}

TEST(EpochOrder, IsAPermutationForAnyWindow) {
  for (const std::size_t n : {1U, 2U, 7U, 100U, 101U}) {
    for (const Size window : {1, 2, 3, 7, 50, 99, 100, 101}) {
      if (window > static_cast<Size>(n)) continue;
      auto order = order_of(5, 0, window, n);
      std::ranges::sort(order);
      EXPECT_EQ(order, all_up_to(n)) << "n " << n << ", window " << window;
    }
  }
  std::vector<Size> none;
  epoch_order(1, 0, 1, none);
}

TEST(EpochOrder, KeepsTheSamplesOfABlockTogether) {
  constexpr Size window = 10;
  const auto order = order_of(3, 2, window, 95);
  const SampleBlocks cut(95, window);
  std::vector<Size> blocks;
  for (const Size sample : order) {
    const Size block = cut.block_of(sample);
    if (blocks.empty() || blocks.back() != block) blocks.push_back(block);
  }
  EXPECT_EQ(blocks.size(), 10U) << "each block is one run of the order";
  EXPECT_FALSE(std::ranges::is_sorted(blocks)) << "the blocks are shuffled";
  EXPECT_FALSE(std::ranges::is_sorted(std::vector(order.begin(), order.begin() + 5)))
      << "the samples of a block are shuffled";
}

TEST(EpochOrder, VisitsTheBlocksInTheirOrder) {
  const SampleBlocks cut(95, 10);
  std::vector<Size> blocks(static_cast<std::size_t>(cut.count()));
  block_order(3, 2, blocks);
  const auto order = order_of(3, 2, 10, 95);
  std::size_t place = 0;
  for (const Size block : blocks) {
    for (Size n = 0; n < cut.length(block); ++n) EXPECT_EQ(cut.block_of(order[place++]), block);
  }
}

TEST(SampleBlocks, AreFewAndOfOneLength) {
  for (const Size n : {1, 2, 3, 10, 95, 96, 100}) {
    for (Size window = 1; window <= n; ++window) {
      const SampleBlocks blocks(n, window);
      EXPECT_EQ(blocks.count(), (n + window - 1) / window);
      EXPECT_LE(blocks.longest(), window);
      EXPECT_EQ(blocks.begin(0), 0);
      EXPECT_EQ(blocks.begin(blocks.count()), n);
      for (Size b = 0; b < blocks.count(); ++b) {
        EXPECT_GE(blocks.length(b), blocks.shortest());
        EXPECT_LE(blocks.length(b), blocks.shortest() + 1);
        EXPECT_EQ(blocks.block_of(blocks.begin(b)), b);
        EXPECT_EQ(blocks.block_of(blocks.begin(b + 1) - 1), b);
      }
    }
  }
}

TEST(EpochOrder, DependsOnSeedEpochAndWindowOnly) {
  const auto order = order_of(1, 0, 100, 100);
  EXPECT_EQ(order, order_of(1, 0, 100, 100));
  EXPECT_NE(order, order_of(2, 0, 100, 100));
  EXPECT_NE(order, order_of(1, 1, 100, 100));
  EXPECT_NE(order, order_of(1, 0, 50, 100));
  std::vector<Size> used(100, 77);  // what the memory held does not matter
  epoch_order(1, 0, 100, used);
  EXPECT_EQ(order, used);
}

TEST(EpochOrder, IsUniformWithOneBlock) {
  constexpr int epochs = 2000;
  std::vector<int> first(5);
  for (Size epoch = 0; epoch < epochs; ++epoch) {
    ++first[static_cast<std::size_t>(order_of(9, epoch, 5, 5)[0])];
  }
  for (const int count : first) EXPECT_NEAR(count, epochs / 5, 5 * 18);  // 5 σ
}

TEST(ValidationSplit, HoldsTheShareOutAtRandom) {
  const auto [training, validation] = split_for_validation(1, 103, 0.2);
  EXPECT_EQ(validation.size(), 21U);  // round(20.6)
  EXPECT_TRUE(std::ranges::is_sorted(training));
  EXPECT_TRUE(std::ranges::is_sorted(validation));
  std::vector<Size> all = training;
  all.insert(all.end(), validation.begin(), validation.end());
  std::ranges::sort(all);
  EXPECT_EQ(all, all_up_to(103));
  EXPECT_GT(validation.back(), 50) << "drawn from everywhere, not the head";
  EXPECT_LT(validation.front(), 50);
  EXPECT_EQ(validation, split_for_validation(1, 103, 0.2).validation);
  EXPECT_NE(validation, split_for_validation(2, 103, 0.2).validation);
}

TEST(ValidationSplit, OfNothingKeepsAll) {
  const auto split = split_for_validation(1, 10, 0);
  EXPECT_EQ(split.training, all_up_to(10));
  EXPECT_TRUE(split.validation.empty());
}

TEST(ValidationSplit, RefusesAnEmptyPart) {
  EXPECT_THROW(split_for_validation(1, 10, 0.01), DataError);
  EXPECT_THROW(split_for_validation(1, 10, 0.99), DataError);
  EXPECT_THROW(split_for_validation(1, 0, 0.5), DataError);
}

}  // namespace
}  // namespace dtheta
