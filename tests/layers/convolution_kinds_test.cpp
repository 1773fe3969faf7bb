// Grouped, dilated and depthwise convolutions against the equations.
#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/catalog.hpp"
#include "support/layer_run.hpp"
#include "support/messages.hpp"
#include "support/reference_layers.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;

template <class T>
constexpr double tolerance = std::is_same_v<T, float> ? 2e-5 : 4e-14;  // Winograd's

/// A layer as text, without an activation, and what its windows and groups are.
struct Case {
  const char* layer;
  Shape input;
  Extent2d window, stride, dilation;
  bool is_same;
  Size groups;
};

const Case cases[] = {
    {"conv 6 3x3 groups 3", {7, 5, 9}, {3, 3}, {1, 1}, {1, 1}, false, 3},
    {"conv 4 2x3 stride 2x1 same groups 2", {7, 6, 6}, {2, 3}, {2, 1}, {1, 1}, true, 2},
    {"conv 5 1x1 groups 5", {3, 4, 10}, {1, 1}, {1, 1}, {1, 1}, false, 5},
    {"conv 24 3x3 same groups 2 winograd", {9, 7, 16}, {3, 3}, {1, 1}, {1, 1}, true, 2},
    {"conv 3 3x3 dilation 2", {9, 7, 2}, {3, 3}, {1, 1}, {2, 2}, false, 1},
    {"conv 4 2x3 same dilation 3x2", {5, 11, 9}, {2, 3}, {1, 1}, {3, 2}, true, 1},
    {"conv 2 3x3 same dilation 5", {4, 3, 2}, {3, 3}, {1, 1}, {5, 5}, true, 1},
    {"conv 4 3x3 same dilation 2 groups 4", {6, 7, 8}, {3, 3}, {1, 1}, {2, 2}, true, 4},
    {"depthwise 3x3", {7, 6, 19}, {3, 3}, {1, 1}, {1, 1}, false, 19},
    {"depthwise 2x5 stride 3x2 same", {8, 9, 5}, {2, 5}, {3, 2}, {1, 1}, true, 5},
    {"depthwise 3x3 multiplier 4 same", {5, 4, 3}, {3, 3}, {1, 1}, {1, 1}, true, 3},
    {"depthwise 3x2 same dilation 2x4", {5, 9, 6}, {3, 2}, {1, 1}, {2, 4}, true, 6},
};

template <class T>
void expect_reference(const Case& c) {
  SCOPED_TRACE(c.layer);
  constexpr Size m = 3;
  const auto layer = make_layer<T>(parse_layer(c.layer));
  LayerRun<T> run(*layer, c.input, m);
  run.forward();
  run.backward();
  const ReferenceWindows w{
      .m = m,
      .vertical = {c.input[0], c.window.height, c.stride.height, c.is_same, c.dilation.height},
      .horizontal = {c.input[1], c.window.width, c.stride.width, c.is_same, c.dilation.width},
      .channels = c.input[2]};
  const auto z = reference_convolution(w, run.x(), run.theta(0), run.theta(1), c.groups);
  ASSERT_EQ(run.output_shape(), (Shape{m, w.vertical.output(), w.horizontal.output(),
                                       static_cast<Size>(run.theta(1).size())}));
  EXPECT_LT(relative_error(run.output(), std::span(z)), tolerance<T>);
  const auto d = reference_convolution_backward(w, run.x(), run.theta(0), run.weights(), c.groups);
  EXPECT_LT(relative_error(run.dx(), std::span(d.dx)), tolerance<T>);
  EXPECT_LT(relative_error(run.dtheta(0), std::span(d.dtheta)), tolerance<T>);
  EXPECT_LT(relative_error(run.dtheta(1), std::span(d.dbias)), tolerance<T>);
}

TEST(ConvolutionKinds, AreTheEquationsInDouble) {
  for (const Case& c : cases) expect_reference<double>(c);
}

TEST(ConvolutionKinds, AreTheEquationsInFloat) {
  for (const Case& c : cases) expect_reference<float>(c);
}

TEST(ConvolutionKinds, DeclareKerasShapesAndFans) {
  const auto of = [](const char* layer, const Shape& input) {
    return make_layer<float>(parse_layer(layer))->parameters(std::array{input});
  };
  const auto grouped = of("conv 12 3x5 groups 3", {9, 9, 6});
  EXPECT_EQ(grouped[0].shape, (Shape{3, 5, 2, 12}));
  EXPECT_EQ(grouped[0].fan_in, 3 * 5 * 2);
  EXPECT_EQ(grouped[0].fan_out, 3 * 5 * 4);
  EXPECT_EQ(grouped[1].shape, Shape{12});
  const auto depthwise = of("depthwise 3x5 multiplier 2", {9, 9, 6});
  EXPECT_EQ(depthwise[0].name, "depthwise_kernel");
  EXPECT_EQ(depthwise[0].shape, (Shape{3, 5, 6, 2}));
  EXPECT_EQ(depthwise[0].fan_in, 3 * 5);
  EXPECT_EQ(depthwise[1].shape, Shape{12});
}

TEST(ConvolutionKinds, RefuseWhatDoesNotFit) {
  const auto complaint = [](const char* layer, const Shape& input) {
    return message_of<UsageError>(
        [&] { make_layer<float>(parse_layer(layer))->output_shape(std::array{input}); });
  };
  const Shape picture{9, 9, 6};
  EXPECT_TRUE(contains(complaint("conv 5 3x3 groups 3", picture),
                       "the number of filters is 5; wanted a multiple of the 3 groups"));
  EXPECT_TRUE(contains(complaint("conv 8 3x3 groups 4", picture),
                       "found 6 channels; wanted a multiple of the 4 groups"));
  EXPECT_TRUE(contains(complaint("conv 8 3x3 groups 2", {9}), "height x width x channels"));
  EXPECT_TRUE(contains(complaint("conv 8 3x3 dilation 5", picture),
                       "a window of 11x11 does not fit into 9x9"));
  EXPECT_TRUE(contains(complaint("conv 8 3x3 stride 2 dilation 2", picture),
                       "found a stride and a dilation above 1; wanted one of them"));
  EXPECT_TRUE(contains(complaint("conv 8 3x3 dilation 2 winograd", picture), "winograd is for"));
  EXPECT_TRUE(contains(complaint("conv 8 3x3 dilation 2 direct", picture), "direct is for"));
  EXPECT_TRUE(contains(complaint("depthwise 3x3", {9}), "height x width x channels"));
  EXPECT_TRUE(contains(complaint("depthwise 3x3 stride 2 dilation 3", picture), "dilation"));
  EXPECT_TRUE(contains(complaint("depthwise 3x3 multiplier 900000000", picture),
                       "the number of output channels"));
}

}  // namespace
}  // namespace dtheta
