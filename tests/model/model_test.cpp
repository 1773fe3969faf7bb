#include "dtheta/model/model.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

NetworkSpec wide_dense() { return {.input = Shape{400}, .layers = {DenseOptions{.units = 300}}}; }

/// Mean square of the kernel of a fresh model.
double mean_square(Initializer initializer) {
  const auto model = make_model<double>(wide_dense(), "categorical_crossentropy", initializer, 1);
  double sum = 0;
  const auto kernel = model.network->parameter(model.theta.span(), 0);
  for (const double w : kernel.span()) sum += w * w;
  return sum / static_cast<double>(kernel.size());
}

TEST(Initializers, HaveTheVarianceOfTheirPapers) {
  EXPECT_EQ(mean_square(Initializer::zeros), 0);
  EXPECT_NEAR(mean_square(Initializer::he), 2.0 / 400, 0.02 * 2.0 / 400);
  EXPECT_NEAR(mean_square(Initializer::glorot), 2.0 / 700, 0.02 * 2.0 / 700);
  EXPECT_NEAR(mean_square(Initializer::uniform), 1.0 / 1200, 0.02 / 1200);
  EXPECT_NEAR(mean_square(Initializer::normal), 1e-4, 0.02e-4);
}

TEST(Initializers, AreKnownByName) {
  for (const char* name : {"zeros", "he", "glorot", "uniform", "normal"}) {
    EXPECT_EQ(initializer_name(parse_initializer(name)), name);
  }
  EXPECT_THROW(parse_initializer("xavier"), UsageError);
}

TEST(Model, BeginsWithZeroBiasesAndItsSeed) {
  const auto a = make_model<float>(wide_dense(), "categorical_crossentropy", Initializer::he, 1);
  const auto b = make_model<float>(wide_dense(), "categorical_crossentropy", Initializer::he, 1);
  const auto c = make_model<float>(wide_dense(), "categorical_crossentropy", Initializer::he, 2);
  EXPECT_TRUE(std::ranges::equal(a.theta.span(), b.theta.span()));
  EXPECT_FALSE(std::ranges::equal(a.theta.span(), c.theta.span()));
  for (const float bias : a.network->parameter(a.theta.span(), 1).span()) EXPECT_EQ(bias, 0);
}

TEST(Model, IsAValue) {
  auto model = make_model<float>(wide_dense(), "categorical_crossentropy", Initializer::he, 1);
  const auto snapshot = model;
  model.theta[0] += 1;
  EXPECT_NE(model.theta[0], snapshot.theta[0]);
}

}  // namespace
}  // namespace dtheta
