#include "dtheta/layers/dense.hpp"

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "support/layer_run.hpp"

namespace dtheta {
namespace {

TEST(Dense, IsEquations3To9OnNumbersWorkedByHand) {
  const Dense<double> layer({.units = 2, .activation = {.kind = Activation::relu}});
  LayerRun<double> run(layer, {3}, 2);
  std::ranges::copy(std::array{1., 2., 3., -1., 0., 1.}, run.x().begin());
  std::ranges::copy(std::array{1., -1., 2., 0., 0., 3.}, run.theta(0).begin());
  std::ranges::copy(std::array{0.5, -3.}, run.theta(1).begin());
  std::ranges::copy(std::array{1., 10., 100., 1000.}, run.weights().begin());
  run.forward();
  // z = {1·1 + 2·2 + 0.5, -1·1 + 3·3 − 3; −1 + 0.5, 1 + 3 − 3}
  EXPECT_EQ(copy_of(run.output()), (std::vector<double>{5.5, 5, 0, 1}));
  run.backward();
  // dz = {1, 10; 0, 1000}
  EXPECT_EQ(copy_of(run.dtheta(0)), (std::vector<double>{1, -990, 2, 20, 3, 1030}));
  EXPECT_EQ(copy_of(run.dtheta(1)), (std::vector<double>{1, 1010}));
  EXPECT_EQ(copy_of(run.dx()), (std::vector<double>{-9, 2, 30, -1000, 0, 3000}));
}

TEST(Dense, DeclaresKerasShapesAndFans) {
  const Dense<float> layer({.units = 16});
  const auto parameters = layer.parameters(std::array{Shape{5}});
  ASSERT_EQ(parameters.size(), 2U);
  EXPECT_EQ(parameters[0].name, "kernel");
  EXPECT_EQ(parameters[0].shape, (Shape{5, 16}));
  EXPECT_EQ(parameters[0].fan_in, 5);
  EXPECT_EQ(parameters[0].fan_out, 16);
  EXPECT_TRUE(parameters[0].is_kernel());
  EXPECT_EQ(parameters[1].name, "bias");
  EXPECT_EQ(parameters[1].shape, Shape{16});
  EXPECT_EQ(parameters[1].start, 0);
}

TEST(Dense, RefusesWhatDoesNotFit) {
  EXPECT_THROW(Dense<float>({.units = 0}), UsageError);
  EXPECT_THROW(Dense<float>({.units = Size{1} << 31}), UsageError);
  EXPECT_THROW(
      Dense<float>({.units = 1, .activation = {.kind = Activation::leaky_relu, .slope = 1}}),
      UsageError);
  const Dense<float> layer({.units = 1});
  EXPECT_THROW(layer.output_shape(std::array{Shape{28, 28, 1}}), UsageError);
  EXPECT_THROW(layer.output_shape(std::array{Shape{Size{1} << 31}}), UsageError);
  EXPECT_THROW(layer.output_shape(std::array{Shape{0}}), UsageError);
}

}  // namespace
}  // namespace dtheta
