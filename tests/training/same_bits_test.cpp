// The first promise: a recipe and a seed decide every bit, however many threads run it.
#include <bit>
#include <cstdint>

#include <gtest/gtest.h>

#include "dtheta/training/evaluation.hpp"
#include "dtheta/training/trainer.hpp"
#include "training/training_cases.hpp"

namespace dtheta {
namespace {

/// All that a run shows: θ and every figure, as bits.
struct Run {
  std::vector<std::uint64_t> bits;
  friend bool operator==(const Run&, const Run&) = default;
};

template <std::floating_point T>
Run train(const Dataset& data, std::string_view layers, const Recipe& recipe, int threads) {
  Workers workers(threads);
  Trainer<T> trainer(test::model_for<T>(data, layers), recipe, data, test::all_samples(data),
                     workers);
  Run run;
  const auto add = [&](double number) { run.bits.push_back(std::bit_cast<std::uint64_t>(number)); };
  const auto add_report = [&](const EpochReport& report) {
    add(report.loss);
    add(report.accuracy);
  };
  trainer.fit({.step = add_report, .epoch = add_report});
  for (const T number : test::numbers_of(trainer.model())) add(static_cast<double>(number));
  for (const T number : test::numbers_of(trainer.result())) add(static_cast<double>(number));
  const Evaluation evaluation = evaluate(trainer.result(), data, workers);
  add(evaluation.loss);
  add(evaluation.accuracy);
  const AlignedBuffer<T> predictions = predict(trainer.result(), data, workers);
  for (const T number : predictions.span()) add(static_cast<double>(number));
  return run;
}

template <std::floating_point T>
void expect_same_bits(const Dataset& data, std::string_view layers, const Recipe& recipe) {
  const Run alone = train<T>(data, layers, recipe, 1);
  for (const int threads : {2, 3, 7, 65}) {
    EXPECT_TRUE(alone == train<T>(data, layers, recipe, threads))
        << layers << " on " << threads << " threads";
  }
}

// 83 samples in batches of 32: the last has 19.
constexpr Size samples = 83, batch = 32;

TEST(SameBits, OfDenseLayers) {
  const Dataset data = test::random_classes(samples, {7, 5, 2}, 4);
  const std::string layers = "flatten, dense 40, relu, dense 17, tanh, dense 4";
  expect_same_bits<float>(data, layers, {.epochs = 3, .batch_size = batch, .l2 = 1e-3});
  expect_same_bits<double>(data, layers, {.epochs = 2, .batch_size = batch});
}

TEST(SameBits, OfConvolutionAndPooling) {
  const Dataset data = test::random_classes(samples, {11, 10, 3}, 5);
  const std::string layers =
      "conv 6 3x3, relu, maxpool 2, conv 7 3x3 same, leaky_relu 0.1, avgpool 2, flatten, dense 9, "
      "sigmoid, dense 5";
  expect_same_bits<float>(data, layers, {.epochs = 2, .batch_size = batch});
  expect_same_bits<float>(data, layers,
                          {.epochs = 2, .batch_size = batch, .optimizer = {.name = "momentum"}});
}

TEST(SameBits, OfTheOtherLayers) {
  const Dataset data = test::random_classes(samples, {11, 10, 3}, 5);
  expect_same_bits<float>(
      data,
      "pad 1x2, conv 6 3x3 same groups 3, layernorm, gelu, depthwise 3x3 multiplier 2, elu, conv 8 "
      "2x3 dilation 2, silu, upsample 2x1, softmax, globalmaxpool, dense 12 softplus, reshape "
      "2x6, layernorm, flatten, dense 5",
      {.epochs = 2, .batch_size = batch});
  expect_same_bits<float>(data, "flatten, embedding 2 3, flatten, dense 5",
                          {.epochs = 2, .batch_size = batch});
}

TEST(SameBits, OfResidualBlocksWithBatchNormalizationAndDropout) {
  const Dataset data = test::random_classes(samples, {9, 8, 3}, 5);
  const std::string layers =
      "conv 6 3x3 same as entry, batchnorm relu, conv 6 3x3 same, batchnorm group 24, add entry, "
      "relu, dropout 0.3, flatten, dense 24, batchnorm, tanh, dropout 0.5, dense 5";
  expect_same_bits<float>(data, layers, {.epochs = 2, .batch_size = batch, .shards = 7});
  expect_same_bits<double>(data, layers, {.epochs = 2, .batch_size = batch});
}

TEST(SameBits, OfTheZooOnPictures) {
  const Dataset data = test::random_classes(21, {28, 28, 1}, 10);
  expect_same_bits<float>(data, "lenet5", {.epochs = 1, .batch_size = 16});
  expect_same_bits<float>(data, "mlp", {.epochs = 1, .batch_size = 16});
}

// 20 shards: more than the last batch has samples, and no power of two.
TEST(SameBits, OfMoreShardsThanSamplesInTheLastBatch) {
  const Dataset data = test::random_classes(samples, {6, 6, 1}, 2);
  expect_same_bits<float>(
      data, "conv 3 3x3, relu, flatten, dense 1",
      {.epochs = 2, .batch_size = batch, .shards = 20, .optimizer = {.name = "nesterov"}});
}

// The shards' edges cut between samples that mixup mixes.
TEST(SameBits, OfAugmentedSamples) {
  const Dataset data = test::random_classes(samples, {8, 8, 3}, 3);
  for (const Size shards : {3, 8}) {
    expect_same_bits<float>(
        data, "conv 4 3x3, relu, flatten, dense 3",
        {.epochs = 2,
         .batch_size = batch,
         .shards = shards,
         .augment = "flip, crop 2, rotate 20, scale 0.2, shift 0.1, brightness 0.2, contrast 0.2, "
                    "cutout 3, mixup 0.4"});
  }
}

TEST(SameBits, OfWeightedSamples) {
  std::vector<double> weights;
  for (Size n = 0; n < samples; ++n) weights.push_back(static_cast<double>(n % 5) / 3);
  const Dataset data = test::random_classes(samples, {6, 6, 1}, 3).weighted_by(std::move(weights));
  expect_same_bits<float>(data, "conv 4 3x3, relu, flatten, dense 3",
                          {.epochs = 2,
                           .batch_size = batch,
                           .shards = 6,
                           .label_smoothing = 0.1,
                           .class_weights = "balanced",
                           .augment = "mixup 0.4"});
}

TEST(SameBits, OfRegressionOnTheFullBatch) {
  const Dataset data = test::random_values(samples, {9}, 3);
  expect_same_bits<double>(data, "dense 12, tanh, dense 3",
                           {.epochs = 4, .batch_size = 0, .shards = 7});
}

TEST(SameBits, OfClippingAndWeightDecay) {
  const Dataset data = test::random_classes(samples, {11, 10, 3}, 5);
  const Recipe recipe{.epochs = 2,
                      .batch_size = batch,
                      .optimizer = {.name = "adamw"},
                      .schedule = {.warmup = TrainingInterval{2, TrainingInterval::Unit::steps}},
                      .clip_norm = 0.1};
  expect_same_bits<float>(data, "conv 6 3x3, relu, maxpool 2, flatten, dense 40, relu, dense 5",
                          recipe);
}

TEST(SameBits, OfNormsOfParametersAccumulationAndAverages) {
  const Dataset data = test::random_classes(samples, {11, 10, 3}, 5);
  for (const std::string optimizer : {"lamb", "lars"}) {
    const Recipe recipe{.epochs = 3,
                        .batch_size = 16,
                        .accumulate = 2,
                        .optimizer = {.name = optimizer},
                        .schedule = {.name = "plateau", .patience = 0},
                        .weight_decay = 0.01,
                        .clip_norm = 0.5,
                        .ema = 0.5,
                        .keep_best = true};
    expect_same_bits<float>(data, "conv 6 3x3, relu, maxpool 2, flatten, dense 40, relu, dense 5",
                            recipe);
  }
}

TEST(SameBits, OfTheSameRunAgain) {
  const Dataset data = test::random_classes(samples, {6, 6, 1}, 3);
  const Recipe recipe{.epochs = 2, .batch_size = batch};
  const std::string layers = "conv 3 3x3, relu, flatten, dense 3";
  EXPECT_TRUE(train<float>(data, layers, recipe, 3) == train<float>(data, layers, recipe, 3));
}

}  // namespace
}  // namespace dtheta
