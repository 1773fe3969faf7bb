// Layers over the last axis: layer normalization and softmax.
#include <cmath>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/catalog.hpp"
#include "support/layer_run.hpp"
#include "support/messages.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;

TEST(LayerNormalization, IsTheFormulaRowByRow) {
  constexpr double epsilon = 0.01;
  const auto layer = make_layer<double>(parse_layer("layernorm epsilon 0.01"));
  for (const Size k : {1, 5, 16, 37}) {
    LayerRun<double> run(*layer, {3, k}, 2);
    run.forward();
    for (Size row = 0; row < 6; ++row) {
      const auto x =
          run.x().subspan(static_cast<std::size_t>(row * k), static_cast<std::size_t>(k));
      double mean = 0, variance = 0;
      for (const double number : x) mean += number / static_cast<double>(k);
      for (const double number : x) {
        variance += (number - mean) * (number - mean) / static_cast<double>(k);
      }
      for (std::size_t i = 0; i < x.size(); ++i) {
        const double normal = (x[i] - mean) / std::sqrt(variance + epsilon);
        EXPECT_NEAR(run.output()[static_cast<std::size_t>(row * k) + i],
                    normal * run.theta(0)[i] + run.theta(1)[i], 1e-14);
      }
    }
  }
}

TEST(LayerNormalization, BeginsAtOneAndZeroFreeOfWeightDecay) {
  const auto parameters =
      make_layer<float>(LayerNormalizationOptions{})->parameters(std::array{Shape{5, 7, 3}});
  ASSERT_EQ(parameters.size(), 2U);
  EXPECT_EQ(parameters[0].name, "gamma");
  EXPECT_EQ(parameters[0].shape, Shape{3});
  EXPECT_EQ(parameters[0].start, 1);
  EXPECT_EQ(parameters[1].name, "beta");
  EXPECT_EQ(parameters[1].start, 0);
  EXPECT_FALSE(parameters[0].is_kernel());
}

TEST(LayerNormalization, RefusesOptionsOutOfRange) {
  for (const char* epsilon : {"0", "-1", "inf", "nan"}) {
    const std::string text = std::string("layernorm epsilon ") + epsilon;
    EXPECT_TRUE(contains(message_of<UsageError>([&] { parse_layer(text); }),
                         "wanted a finite number above 0"))
        << text;
  }
  EXPECT_TRUE(contains(message_of<UsageError>([] { parse_layer("layernorm epsilon x"); }), "'x'"));
}

TEST(Softmax, RowsAddUpToOneAndDoNotOverflow) {
  const auto layer = make_layer<float>(SoftmaxOptions{});
  LayerRun<float> run(*layer, {2, 3}, 1);
  std::ranges::copy(std::array{1000.0F, 1000.0F, -1000.0F, 0.0F, std::log(2.0F), 0.0F},
                    run.x().begin());
  run.forward();
  const std::vector<float> wanted{0.5, 0.5, 0, 0.25, 0.5, 0.25};
  EXPECT_LT(relative_error(run.output(), std::span(wanted)), 1e-6);
}

}  // namespace
}  // namespace dtheta
