#include "dtheta/training/reduction.hpp"

#include <gtest/gtest.h>

#include "dtheta/model/builder.hpp"

namespace dtheta {
namespace {

TEST(MakeBlocks, CoverEveryParameterOnceAndNoPadding) {
  const Network<double> network(
      choose_network("dense 101, dense 3", {.sample_shape = {97}, .classes = 3}, "").spec);
  const auto blocks = make_blocks(network);
  std::vector<int> covered(static_cast<std::size_t>(network.theta_size()), 0);
  for (const Block& block : blocks) {
    EXPECT_LE(block.count, 4096);
    for (Size i = 0; i < block.count; ++i) ++covered[static_cast<std::size_t>(block.first + i)];
  }
  std::vector<int> wanted(covered.size(), 0);
  for (const Parameter& parameter : network.parameters()) {
    for (Size i = 0; i < parameter.spec.shape.size(); ++i) {
      wanted[static_cast<std::size_t>(parameter.offset + i)] = 1;
    }
  }
  EXPECT_EQ(covered, wanted);
  EXPECT_GT(network.theta_size(), network.parameter_count()) << "there is padding to leave out";
}

TEST(MakeBlocks, PenalizeKernelsOnly) {
  const Network<float> network(
      choose_network("dense 200, dense 3", {.sample_shape = {97}, .classes = 3}, "").spec);
  Size penalized = 0;
  for (const Block& block : make_blocks(network)) {
    for (const Parameter& parameter : network.parameters()) {
      const Size end = parameter.offset + parameter.spec.shape.size();
      if (block.first < parameter.offset || block.first >= end) continue;
      EXPECT_EQ(block.is_penalized, !parameter.spec.is_bias) << parameter.name;
      EXPECT_LE(block.first + block.count, end) << "across two parameters";
    }
    penalized += block.is_penalized ? block.count : 0;
  }
  EXPECT_EQ(penalized, 97 * 200 + 200 * 3);
}

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
    const std::span<float> sum = tree_sum<float>(dtheta, {.first = 16, .count = 20});
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
