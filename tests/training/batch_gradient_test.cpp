#include "dtheta/training/batch_gradient.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/model/builder.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/model/prepared_theta.hpp"
#include "support/numbers.hpp"

namespace dtheta {
namespace {

template <std::floating_point T>
Network<T> network_of(std::string_view text, const Shape& sample, Size classes = 3) {
  return Network<T>(choose_network(text, {.sample_shape = sample, .classes = classes}, "").spec);
}

TEST(BatchGradient, CutsEveryParameterIntoBlocksAndNoPadding) {
  const auto network = network_of<double>("conv 31 3x3, flatten, dense 101, dense 3", {7, 8, 17});
  const BatchGradient<double> gradient(network, 8, 2, 1);
  std::vector<int> covered(static_cast<std::size_t>(network.theta_size()), 0);
  for (const Block& block : gradient.blocks()) {
    for (Size i = 0; i < block.count; ++i) ++covered[static_cast<std::size_t>(block.first + i)];
    const Parameter& parameter = network.parameters()[block.parameter];
    EXPECT_GE(block.first, parameter.offset);
    EXPECT_LE(block.first + block.count, parameter.offset + parameter.spec.shape.size());
    EXPECT_EQ(block.is_penalized, parameter.spec.is_kernel()) << parameter.name;
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

TEST(BatchGradient, HasManyBlocksOfAWideLayer) {
  const auto network = network_of<float>("dense 512, dense 3", {784});
  const BatchGradient<float> gradient(network, 128, 4, 2);
  EXPECT_GE(std::ranges::count(gradient.blocks(), std::size_t{0}, &Block::parameter), 16);
}

TEST(BatchGradient, TakesNoMemoryForDthetaOfWideLayersInEachShard) {
  const auto network = network_of<float>("dense 500, dense 16", {1000}, 16);
  const auto bytes = [&](Size shards) {
    return BatchGradient<float>(network, 64, shards, 1).bytes();
  };
  EXPECT_EQ(bytes(32), bytes(1));
}

/// Runs m samples in `shards` shards through forward and backward, and reduces every block.
template <std::floating_point T>
class Batch {
 public:
  Batch(const Network<T>& network, Size capacity, Size shards)
      : network_(network),
        theta_(network.theta_size()),
        prepared_(network, WorkspaceMode::training),
        workspace_(network, capacity, WorkspaceMode::training),
        gradient_(network, capacity, shards, 1) {
    for (const View<T>& parameter : network.parameters(theta_.span())) {
      fill_normal(parameter.span(), 1, 0.2);
    }
    prepared_.update(theta_.span());
  }

  void run_shard(Size shard, Size first, Size m) {
    load(first, m);
    gradient_.clear(shard);
    network_.backward(prepared_, workspace_, m, gradient_.part(shard, first));
  }

  std::vector<T> reduced(Size shards, Size m) {
    std::vector<T> all(static_cast<std::size_t>(network_.theta_size()), T{0});
    for (const Block& block : gradient_.blocks()) {
      std::ranges::copy(gradient_.reduce(block, shards, m, 0),
                        all.begin() + static_cast<std::ptrdiff_t>(block.first));
    }
    return all;
  }

  /// The same m samples at once, added up by the layers themselves.
  std::vector<T> direct(Size m) {
    load(0, m);
    std::vector<T> all(static_cast<std::size_t>(network_.theta_size()), T{0});
    network_.backward(prepared_, workspace_, m, {.dtheta = network_.parameters(std::span<T>(all))});
    return all;
  }

 private:
  void load(Size first, Size m) {
    for (Size n = 0; n < m; ++n) {
      fill_normal(workspace_.x(m).rows(n, 1).span(), static_cast<std::uint64_t>(2 + first + n));
    }
    network_.forward(prepared_, workspace_, m);
    for (Size n = 0; n < m; ++n) {
      fill_normal(workspace_.doutput(m).rows(n, 1).span(),
                  static_cast<std::uint64_t>(100 + first + n));
    }
  }

  const Network<T>& network_;
  AlignedBuffer<T> theta_;
  PreparedTheta<T> prepared_;
  Workspace<T> workspace_;
  BatchGradient<T> gradient_;
};

TEST(BatchGradient, IsWhatTheLayersAddUpThemselves) {
  for (const char* text : {"dense 130, relu, dense 3", "dense 7, tanh, dense 3"}) {
    const auto network = network_of<double>(text, {113});
    Batch<double> batch(network, 37, 3);
    batch.run_shard(0, 0, 13);
    batch.run_shard(1, 13, 12);
    batch.run_shard(2, 25, 12);
    const auto found = batch.reduced(3, 37), wanted = batch.direct(37);
    EXPECT_LT(relative_error(std::span(found), std::span(wanted)), 1e-14);
  }
}

TEST(BatchGradient, SumsConvolutionsAndDefersDenseLayers) {
  const auto network = network_of<double>("conv 5 3x3, relu, flatten, dense 3", {6, 7, 2});
  Batch<double> batch(network, 20, 2);
  batch.run_shard(0, 0, 6);
  batch.run_shard(1, 6, 5);  // a last batch of 11, smaller than the 20 it may have
  const auto found = batch.reduced(2, 11), wanted = batch.direct(11);
  EXPECT_LT(relative_error(std::span(found), std::span(wanted)), 1e-14);
}

// The sum over samples is one chain, whatever the shards.
TEST(BatchGradient, GivesWideLayersTheSameBitsForAnyShards) {
  const auto network = network_of<float>("dense 40, relu, dense 8", {50}, 8);
  Batch<float> one(network, 32, 1), three(network, 32, 3);
  one.run_shard(0, 0, 32);
  three.run_shard(2, 20, 12);
  three.run_shard(0, 0, 11);
  three.run_shard(1, 11, 9);
  EXPECT_EQ(three.reduced(3, 32), one.reduced(1, 32));
}

}  // namespace
}  // namespace dtheta
