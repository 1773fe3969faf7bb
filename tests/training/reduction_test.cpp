#include "dtheta/training/reduction.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

namespace dtheta {
namespace {

// Numbers whose sum depends on the order of additions: only the documented tree gives these.
TEST(TreeSum, AddsInTheDocumentedOrder) {
  const auto number = [](std::size_t shard) {
    return 1.0F + 0x1p-12F * static_cast<float>((shard * shard * 2654435761U) % 4096);
  };
  const auto n = [&](std::size_t shard) { return number(shard) * (shard % 3 == 0 ? 1e4F : 1e-3F); };
  const auto sum_of = [&](std::size_t shards) {
    std::vector<AlignedBuffer<float>> dtheta;
    for (std::size_t shard = 0; shard < shards; ++shard) {
      dtheta.emplace_back(40);
      std::ranges::fill(dtheta.back().span(), n(shard));
    }
    const std::span<float> sum = tree_sum<float>(dtheta, 16, 20);
    EXPECT_EQ(sum.data(), dtheta[0].data() + 16);
    EXPECT_EQ(sum.size(), 20U);
    EXPECT_EQ(dtheta[0][15], n(0)) << "written beside the block";
    EXPECT_EQ(dtheta[0][36], n(0)) << "written beside the block";
    return sum[19];
  };
  EXPECT_EQ(sum_of(1), n(0));
  EXPECT_EQ(sum_of(2), n(0) + n(1));
  EXPECT_EQ(sum_of(3), (n(0) + n(1)) + n(2));
  EXPECT_EQ(sum_of(5), ((n(0) + n(1)) + (n(2) + n(3))) + n(4));
  EXPECT_EQ(sum_of(7), ((n(0) + n(1)) + (n(2) + n(3))) + ((n(4) + n(5)) + n(6)));
  EXPECT_NE(sum_of(7), n(0) + n(1) + n(2) + n(3) + n(4) + n(5) + n(6)) << "the order matters here";
}

}  // namespace
}  // namespace dtheta
