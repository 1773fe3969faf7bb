#include "dtheta/layers/conv2d.hpp"

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/catalog.hpp"
#include "support/layer_run.hpp"
#include "support/reference_layers.hpp"

namespace dtheta {
namespace {

template <class T>
constexpr double plain_tolerance = std::is_same_v<T, float> ? 2e-6 : 1e-14;
/// Winograd's maps multiply by up to 8 and cancel again: an order of magnitude more.
template <class T>
constexpr double winograd_tolerance = std::is_same_v<T, float> ? 2e-5 : 4e-14;

ReferenceWindows windows_of(const Conv2dOptions& options, const Shape& input, Size m) {
  const bool is_same = options.padding == Padding::same;
  return {.m = m,
          .vertical = {input[0], options.kernel.height, options.stride.height, is_same},
          .horizontal = {input[1], options.kernel.width, options.stride.width, is_same},
          .channels = input[2]};
}

/// Both passes against the equations.
template <class T>
void expect_reference(const Conv2dOptions& options, const Shape& input, Size m) {
  SCOPED_TRACE(testing::Message() << layer_text(options) << " on " << m << " of " << input.text());
  const double tolerance =
      options.algorithm == ConvAlgorithm::winograd ? winograd_tolerance<T> : plain_tolerance<T>;
  const Conv2d<T> layer(options);
  LayerRun<T> run(layer, input, m);
  std::span<T> theta = run.theta(0), bias = run.theta(1);
  run.forward();
  run.backward();
  const ReferenceWindows w = windows_of(options, input, m);
  ASSERT_EQ(run.output_shape(),
            (Shape{m, w.vertical.output(), w.horizontal.output(), options.filters}));
  const auto z = reference_convolution(w, run.x(), theta, bias);
  EXPECT_LT(relative_error(run.output(), std::span(z)), tolerance);
  const auto d = reference_convolution_backward(w, run.x(), theta, run.weights());
  EXPECT_LT(relative_error(run.dx(), std::span(d.dx)), tolerance);
  EXPECT_LT(relative_error(run.dtheta(0), std::span(d.dtheta)), tolerance);
  EXPECT_LT(relative_error(run.dtheta(1), std::span(d.dbias)), tolerance);
}

template <class T>
void sweep(const Shape& input, Size filters, Size m) {
  for (const Extent2d kernel : {Extent2d{1, 1}, {2, 3}, {3, 3}, {4, 1}, {5, 5}}) {
    for (const Extent2d stride : {Extent2d{1, 1}, {2, 1}, {3, 2}}) {
      for (const Padding padding : {Padding::valid, Padding::same}) {
        for (const ConvAlgorithm algorithm : {ConvAlgorithm::direct, ConvAlgorithm::im2col}) {
          expect_reference<T>({.filters = filters,
                               .kernel = kernel,
                               .stride = stride,
                               .padding = padding,
                               .algorithm = algorithm},
                              input, m);
        }
      }
    }
  }
}

TEST(Conv2d, IsEquations15To19InDouble) {
  sweep<double>({7, 11, 1}, 3, 2);
  sweep<double>({5, 5, 17}, 2, 3);
  sweep<double>({6, 16, 2}, 9, 2);
}

TEST(Conv2d, IsEquations15To19InFloat) {
  sweep<float>({11, 7, 3}, 5, 2);
  sweep<float>({5, 6, 13}, 1, 3);
  sweep<float>({9, 19, 1}, 33, 2);
}

TEST(Conv2d, IsEquations15To19OverSeveralTiles) {
  expect_reference<float>(
      {.filters = 8, .padding = Padding::same, .algorithm = ConvAlgorithm::im2col}, {19, 17, 13},
      5);
  expect_reference<double>({.filters = 5, .kernel = {3, 2}, .stride = {1, 2}}, {23, 19, 11}, 7);
  expect_reference<double>({.filters = 31, .kernel = {1, 1}}, {17, 13, 29}, 7);
}

template <class T>
void sweep_winograd() {
  for (const Shape& input : {Shape{3, 3, 1}, {5, 7, 3}, {4, 8, 16}, {13, 6, 17}, {9, 10, 33}}) {
    for (const Size filters : {1, 5, 16, 37}) {
      for (const Padding padding : {Padding::valid, Padding::same}) {
        expect_reference<T>(
            {.filters = filters, .padding = padding, .algorithm = ConvAlgorithm::winograd}, input,
            3);
      }
    }
  }
}

TEST(Conv2d, IsEquations15To19ByWinogradInDouble) { sweep_winograd<double>(); }

TEST(Conv2d, IsEquations15To19ByWinogradInFloat) { sweep_winograd<float>(); }

TEST(Conv2d, IsEquations15To19ByWinogradOverSeveralBlocks) {
  expect_reference<float>({.filters = 32, .algorithm = ConvAlgorithm::winograd}, {29, 31, 48}, 7);
}

TEST(Conv2d, RefusesWinogradForOtherWindows) {
  EXPECT_THROW(
      Conv2d<float>({.filters = 1, .kernel = {5, 5}, .algorithm = ConvAlgorithm::winograd}),
      UsageError);
  EXPECT_THROW(
      Conv2d<float>({.filters = 1, .stride = {2, 1}, .algorithm = ConvAlgorithm::winograd}),
      UsageError);
}

TEST(Conv2d, DeclaresKerasShapesAndFans) {
  const Conv2d<float> layer({.filters = 16, .kernel = {3, 5}});
  const auto parameters = layer.parameters(std::array{Shape{12, 12, 6}});
  ASSERT_EQ(parameters.size(), 2U);
  EXPECT_EQ(parameters[0].name, "kernel");
  EXPECT_EQ(parameters[0].shape, (Shape{3, 5, 6, 16}));
  EXPECT_EQ(parameters[0].fan_in, 3 * 5 * 6);
  EXPECT_EQ(parameters[0].fan_out, 3 * 5 * 16);
  EXPECT_TRUE(parameters[0].is_kernel());
  EXPECT_EQ(parameters[1].name, "bias");
  EXPECT_EQ(parameters[1].shape, Shape{16});
  EXPECT_EQ(parameters[1].start, 0);
}

TEST(Conv2d, CopiesNothingWhereWindowsAreMemory) {
  const auto scratch = [](const Conv2dOptions& options, const Shape& input) {
    return Conv2d<float>(options).footprint(std::array{input}, 9).scratch;
  };
  EXPECT_EQ(scratch({.filters = 2, .kernel = {1, 1}}, {5, 7, 3}), 0);
  EXPECT_EQ(scratch({.filters = 2, .kernel = {5, 7}}, {5, 7, 3}), 0);
  EXPECT_EQ(scratch({.filters = 2, .kernel = {5, 7}, .stride = {9, 9}}, {5, 7, 3}), 0);
  EXPECT_GT(scratch({.filters = 2, .kernel = {1, 1}, .stride = {2, 2}}, {5, 7, 3}), 0);
  EXPECT_GT(scratch({.filters = 2, .kernel = {5, 7}, .padding = Padding::same}, {5, 7, 3}), 0);
}

TEST(Conv2d, TakesAFixedTileForAnyBatch) {
  for (const ConvAlgorithm algorithm : {ConvAlgorithm::im2col, ConvAlgorithm::winograd}) {
    const Conv2d<float> layer({.filters = 32, .algorithm = algorithm});
    const std::array input{Shape{28, 28, 32}};
    const Size scratch = layer.footprint(input, 1000).scratch;
    EXPECT_EQ(scratch, layer.footprint(input, 10).scratch);
    EXPECT_LE(scratch * 4, 512 * 1024);
  }
}

TEST(Conv2d, RefusesOptionsOutOfRange) {
  EXPECT_THROW(Conv2d<float>({.filters = 0}), UsageError);
  EXPECT_THROW(Conv2d<float>({.filters = Size{1} << 31}), UsageError);
  EXPECT_THROW(Conv2d<float>({.filters = 1, .kernel = {0, 3}}), UsageError);
  EXPECT_THROW(Conv2d<float>({.filters = 1, .kernel = {3, -1}}), UsageError);
  EXPECT_THROW(Conv2d<float>({.filters = 1, .stride = {1, 0}}), UsageError);
  EXPECT_THROW(
      Conv2d<float>({.filters = 1, .activation = {.kind = Activation::leaky_relu, .slope = -0.1}}),
      UsageError);
}

TEST(Conv2d, RefusesInputsThatDoNotFit) {
  const auto output = [](const Conv2dOptions& options, const Shape& input) {
    return Conv2d<float>(options).output_shape(std::array{input});
  };
  EXPECT_THROW(output({.filters = 1}, {784}), UsageError);
  EXPECT_THROW(output({.filters = 1}, {2, 5, 1}), UsageError);
  EXPECT_THROW(output({.filters = 1}, {5, 2, 1}), UsageError);
  EXPECT_THROW(output({.filters = 1}, {5, 0, 1}), UsageError);
  EXPECT_NO_THROW(output({.filters = 1, .padding = Padding::same}, {2, 2, 1}));
  // 2^18 · 2^18 weights a filter are more than BLAS counts.
  const Size side = Size{1} << 18;
  EXPECT_THROW(output({.filters = 1, .kernel = {side, side}, .padding = Padding::same}, {2, 2, 1}),
               UsageError);
}

}  // namespace
}  // namespace dtheta
