// What batch normalization does beyond every layer's promises.
#include <cmath>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/catalog.hpp"
#include "support/layer_run.hpp"

namespace dtheta {
namespace {

/// Mean and population variance of one channel of x {rows, channels}.
struct Moments {
  double mean = 0;
  double variance = 0;
};

Moments moments_of(std::span<const double> x, std::size_t channels, std::size_t channel) {
  Moments of;
  const auto rows = static_cast<double>(x.size() / channels);
  for (std::size_t i = channel; i < x.size(); i += channels) of.mean += x[i] / rows;
  for (std::size_t i = channel; i < x.size(); i += channels) {
    of.variance += (x[i] - of.mean) * (x[i] - of.mean) / rows;
  }
  return of;
}

std::unique_ptr<Layer<double>> layer_of(const char* text) {
  return make_layer<double>(parse_layer(text));
}

TEST(BatchNormalization, GivesEachChannelItsMeanAndDeviation) {
  const auto layer = layer_of("batchnorm epsilon 1e-9");
  LayerRun<double> run(*layer, {3, 2, 5}, 7);
  run.forward();
  for (std::size_t c = 0; c < 5; ++c) {
    const Moments of = moments_of(run.output(), 5, c);
    EXPECT_NEAR(of.mean, run.theta(1)[c], 1e-12);
    EXPECT_NEAR(std::sqrt(of.variance), std::abs(run.theta(0)[c]), 1e-8);
  }
}

TEST(BatchNormalization, GroupsAreNormalizedByThemselves) {
  const auto whole = layer_of("batchnorm");
  const auto grouped = layer_of("batchnorm group 4");
  LayerRun<double> all(*grouped, {3, 5}, 7);
  all.forward();
  for (const auto& [first, count] : {std::pair<Size, Size>{0, 4}, {4, 3}}) {
    LayerRun<double> alone(*whole, {3, 5}, count);
    std::ranges::copy(all.x().subspan(static_cast<std::size_t>(first * 15), alone.x().size()),
                      alone.x().begin());
    for (std::size_t p = 0; p < 4; ++p) std::ranges::copy(all.theta(p), alone.theta(p).begin());
    alone.forward();
    const auto part =
        all.output().subspan(static_cast<std::size_t>(first * 15), alone.output().size());
    EXPECT_TRUE(std::ranges::equal(part, alone.output())) << first;
  }
}

TEST(BatchNormalization, StatisticsMoveByTheMomentumToTheUnbiasedVariance) {
  const auto layer = layer_of("batchnorm momentum 0.25");
  LayerRun<double> run(*layer, {3, 2}, 5);
  run.forward();
  const std::array shapes{Shape{3, 2}};
  std::vector<double> sums(4);
  const View<const double> x(run.x(), {5, 3, 2});
  layer->forward_sums({.input = x, .theta = {}, .context = {.batch = 5}, .sums = sums});
  std::array<std::array<double, 2>, 4> theta{{{9, 9}, {8, 8}, {1, 2}, {3, 4}}};
  std::vector<View<double>> views;
  for (auto& numbers : theta) views.emplace_back(std::span<double>(numbers), Shape{2});
  layer->update_statistics(sums, 5, shapes, views);
  EXPECT_EQ(theta[0], (std::array<double, 2>{9, 9}));
  EXPECT_EQ(theta[1], (std::array<double, 2>{8, 8}));
  for (std::size_t c = 0; c < 2; ++c) {
    const Moments of = moments_of(run.x(), 2, c);
    const auto was = static_cast<double>(c);
    EXPECT_NEAR(theta[2][c], 0.75 * (1 + was) + 0.25 * of.mean, 1e-12);
    EXPECT_NEAR(theta[3][c], 0.75 * (3 + was) + 0.25 * of.variance * 15 / 14, 1e-12);
  }
}

TEST(BatchNormalization, InferenceTakesTheMovingStatistics) {
  const auto layer = layer_of("batchnorm epsilon 0.5");
  std::array<double, 6> x{1, -2, 3, 4, -5, 6};
  std::array<double, 6> y{};
  std::array<std::array<double, 2>, 4> theta{{{2, -1}, {0.5, 3}, {1, -1}, {3.5, 8.5}}};
  std::vector<View<const double>> views;
  for (const auto& numbers : theta) views.emplace_back(std::span<const double>(numbers), Shape{2});
  std::array<double, 8> scratch{};
  const std::array inputs{View<const double>(std::span<const double>(x), Shape{3, 2})};
  layer->forward({.inputs = inputs,
                  .output = {std::span<double>(y), Shape{3, 2}},
                  .theta = views,
                  .prepared = {},
                  .record = {},
                  .scratch = scratch});
  const std::array<double, 6> normal{0.5, 3 + 1.0 / 3, 2.5, 3 - 5.0 / 3, -5.5, 3 - 7.0 / 3};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(y[i], normal[i], 1e-15) << i;
  std::array<double, 6> dy{1, 1, 2, 3, -1, 0};
  std::array<double, 6> dx{};
  const std::array dinputs{View<double>(std::span<double>(dx), Shape{3, 2})};
  layer->backward({.inputs = inputs,
                   .output = {std::span<const double>(y), Shape{3, 2}},
                   .doutput = {std::span<double>(dy), Shape{3, 2}},
                   .dinputs = dinputs,
                   .theta = views,
                   .prepared = {},
                   .dtheta = {},
                   .record = {},
                   .scratch = scratch});
  const std::array<double, 6> slopes{1, -1.0 / 3, 2, -1, -1, 0};
  for (std::size_t i = 0; i < 6; ++i) EXPECT_NEAR(dx[i], slopes[i], 1e-15) << i;
}

TEST(BatchNormalization, RefusesOptionsOutOfRange) {
  for (const char* text : {"batchnorm momentum 0", "batchnorm momentum 1.5", "batchnorm epsilon 0",
                           "batchnorm group 0", "batchnorm momentum", "batchnorm 3", "dropout 1",
                           "dropout -0.1", "dropout", "dropout x"}) {
    EXPECT_THROW(parse_layer(text), UsageError) << text;
  }
}

TEST(Dropout, KeepsAShareScaledAndForgetsItInInference) {
  const auto layer = layer_of("dropout 0.25");
  LayerRun<double> run(*layer, {10000}, 3);
  run.forward();
  run.backward();
  std::size_t dropped = 0;
  for (std::size_t i = 0; i < run.output().size(); ++i) {
    const bool is_dropped = run.output()[i] == 0;
    dropped += is_dropped ? 1 : 0;
    EXPECT_DOUBLE_EQ(run.output()[i], is_dropped ? 0 : run.x()[i] / 0.75);
    EXPECT_DOUBLE_EQ(run.dx()[i], is_dropped ? 0 : run.weights()[i] / 0.75);
  }
  EXPECT_NEAR(static_cast<double>(dropped) / 30000, 0.25, 0.01);
  // The samples' masks differ.
  const auto is_zero = [&](std::size_t i) { return run.output()[i] == 0; };
  std::size_t differing = 0;
  for (std::size_t i = 0; i < 10000; ++i) differing += is_zero(i) != is_zero(10000 + i) ? 1 : 0;
  EXPECT_NEAR(static_cast<double>(differing) / 10000, 2 * 0.25 * 0.75, 0.03);
}

}  // namespace
}  // namespace dtheta
