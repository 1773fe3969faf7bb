// Batch normalization in a training: the statistics are those of the whole batch.
#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/training/evaluation.hpp"
#include "dtheta/training/trainer.hpp"
#include "support/numbers.hpp"
#include "training/training_cases.hpp"

namespace dtheta {
namespace {

constexpr std::string_view layers =
    "conv 4 3x3 as a, batchnorm relu, conv 4 3x3 same, batchnorm group 8, add a, relu, flatten, "
    "dense 6, batchnorm tanh, dense 3";

std::vector<double> trained(const Dataset& data, Size shards) {
  Workers workers(2);
  Trainer<double> trainer(test::model_for<double>(data, layers),
                          {.epochs = 2, .batch_size = 24, .shards = shards}, data,
                          test::all_samples(data), workers);
  trainer.fit();
  return test::numbers_of(trainer.model());
}

// 61 samples in batches of 24: groups of 8 across the shards' borders, and a ragged last batch.
TEST(BatchNormalization, DoesNotDependOnShards) {
  const Dataset data = test::random_classes(61, {7, 6, 2}, 3);
  const std::vector<double> whole = trained(data, 1);
  for (const Size shards : {2, 5, 24}) {
    const std::vector<double> parted = trained(data, shards);
    EXPECT_LT(relative_error(std::span(parted), std::span(whole)), 1e-10) << shards;
  }
}

TEST(BatchNormalization, MovesItsStatisticsOncePerStep) {
  const Dataset data = test::random_classes(48, {7, 6, 2}, 3);
  Workers workers(2);
  Trainer<double> trainer(test::model_for<double>(data, "batchnorm, flatten, dense 3"),
                          {.epochs = 1, .batch_size = 24}, data, test::all_samples(data), workers);
  const Network<double>& network = *trainer.model().network;
  const auto means = [&] {
    const auto numbers = network.parameter(trainer.model().theta.span(), 2).span();
    return std::vector<double>(numbers.begin(), numbers.end());
  };
  EXPECT_EQ(means(), (std::vector<double>{0, 0}));
  trainer.step();
  // Numbers from 0 to 255 at random, times 1/255: their mean is about 0.5, a tenth of it counts.
  for (const double mean : means()) EXPECT_NEAR(mean, 0.05, 0.003);
  trainer.step();
  for (const double mean : means()) EXPECT_NEAR(mean, 0.095, 0.005);
}

TEST(Trainer, RefusesANetworkOfFrozenLayers) {
  const Dataset data = test::random_classes(8, {4}, 3);
  Workers workers(1);
  const auto make = [&] {
    return Trainer<float>(test::model_for<float>(data, "dense 3 frozen"), {}, data,
                          test::all_samples(data), workers);
  };
  EXPECT_THROW(make(), UsageError);
}

TEST(Trainer, LeavesFrozenParametersAlone) {
  const Dataset data = test::random_classes(32, {6, 5, 2}, 3);
  Workers workers(2);
  Model<float> model =
      test::model_for<float>(data, "conv 3 3x3 frozen, batchnorm frozen, relu, flatten, dense 3");
  const Network<float>& network = *model.network;
  const std::vector<float> before(model.theta.span().begin(), model.theta.span().end());
  Trainer<float> trainer(std::move(model), {.epochs = 1, .batch_size = 8}, data,
                         test::all_samples(data), workers);
  trainer.fit();
  const auto after = trainer.model().theta.span();
  for (const Parameter& p : network.parameters()) {
    const auto first = static_cast<std::size_t>(p.offset);
    const auto count = static_cast<std::size_t>(p.spec.shape.size());
    const bool is_same =
        std::equal(before.begin() + p.offset, before.begin() + p.offset + p.spec.shape.size(),
                   after.subspan(first, count).begin());
    EXPECT_EQ(is_same, !p.is_trained) << p.name;
  }
}

}  // namespace
}  // namespace dtheta
