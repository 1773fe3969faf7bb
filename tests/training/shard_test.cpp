#include "dtheta/training/shard.hpp"

#include <gtest/gtest.h>

#include "dtheta/model/builder.hpp"

namespace dtheta {
namespace {

Network<float> digits_network(std::string_view name) {
  return Network<float>(
      choose_network(name, {.sample_shape = {28, 28, 1}, .classes = 10}, "").spec);
}

TEST(ShardRange, CutsABatchIntoEvenRuns) {
  for (const Size m : {1, 2, 7, 16, 100, 127, 128}) {
    for (const Size shards : {1, 2, 3, 7, 16, 100}) {
      Size next = 0;
      for (Size shard = 0; shard < shards; ++shard) {
        const auto [first, count] = shard_range(m, shards, shard);
        EXPECT_EQ(first, next) << m << " samples, shard " << shard << " of " << shards;
        EXPECT_TRUE(count == m / shards || count == m / shards + 1);
        EXPECT_LE(count, shard_range(m, shards, 0).count) << "the first is the longest";
        EXPECT_TRUE(count > 0 || shards > m);
        next += count;
      }
      EXPECT_EQ(next, m);
    }
  }
}

TEST(MultiplyAdds, CountsEachUseOfEachKernelNumber) {
  EXPECT_EQ(multiply_adds(digits_network("mlp")), 784 * 512 + 512 * 256 + 256 * 10);
  EXPECT_EQ(multiply_adds(digits_network("lenet5")),
            24 * 24 * 25 * 6 + 8 * 8 * 25 * 6 * 16 + 256 * 120 + 120 * 84 + 84 * 10);
}

TEST(DefaultShards, FeedAtLeastTwoThreadsAndDealEvenly) {
  for (const char* name : {"logistic", "mlp", "lenet5", "mnist-cnn"}) {
    const Network<float> network = digits_network(name);
    for (const Size m : {2, 32, 100, 128, 256, 512, 4096, 60000}) {
      const Size shards = default_shards(network, m);
      EXPECT_GE(shards, 2) << name << " at " << m;
      EXPECT_LE(shards, m);
      EXPECT_EQ(shards & (shards - 1), 0) << name << " at " << m << ": " << shards;
    }
    EXPECT_EQ(default_shards(network, 1), 1);
  }
}

// Each sums up its own dθ of narrow dense layers, which is as large as the work of 192 samples; 16
// threads shall find work at batch 512 on convolutional nets.
TEST(DefaultShards, AreFewWhereEachHasALargeDthetaAndManyForConvolutions) {
  const auto shards = [](std::string_view name, Size m) {
    return default_shards(digits_network(name), m);
  };
  EXPECT_EQ(shards("cats", 209), 2);
  EXPECT_EQ(shards("cats", 1024), 4);
  EXPECT_EQ(shards("mlp", 128), 8);
  EXPECT_EQ(shards("mlp", 256), 16);
  EXPECT_EQ(shards("mlp", 1024), 32);
  EXPECT_EQ(shards("mnist-cnn", 32), 2);
  EXPECT_EQ(shards("mnist-cnn", 128), 8);
  EXPECT_EQ(shards("mnist-cnn", 512), 16);
  EXPECT_EQ(shards("mnist-cnn", 4096), 128);
  EXPECT_EQ(shards("lenet5", 128), 8);
}

}  // namespace
}  // namespace dtheta
