#include "dtheta/layers/pooling.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/catalog.hpp"
#include "support/layer_run.hpp"
#include "support/reference_layers.hpp"

namespace dtheta {
namespace {

constexpr double nan = std::numeric_limits<double>::quiet_NaN();

/// Both passes against the definitions.
template <class T>
void expect_reference(const PoolingOptions& options, const Shape& input, Size m) {
  SCOPED_TRACE(testing::Message() << layer_text(options) << " on " << m << " of " << input.text());
  const Pooling<T> layer(options);
  LayerRun<T> run(layer, input, m);
  run.forward();
  run.backward();
  const bool is_same = options.padding == Padding::same;
  const ReferenceWindows w{
      .m = m,
      .vertical = {input[0], options.window.height, options.step().height, is_same},
      .horizontal = {input[1], options.window.width, options.step().width, is_same},
      .channels = input[2]};
  std::vector<double> y, dx;
  if (options.kind == PoolingKind::average) {
    y = reference_average(w, run.x());
    dx = reference_average_backward(w, run.weights());
  } else {
    const std::vector<Size> argmax = reference_argmax(w, run.x());
    dx = zeros(w.inputs());
    for (std::size_t k = 0; k < argmax.size(); ++k) {
      y.push_back(entry(run.x(), argmax[k]));
      entry(dx, argmax[k]) += static_cast<double>(run.weights()[k]);
    }
  }
  ASSERT_EQ(run.output().size(), y.size());
  constexpr double tolerance = std::is_same_v<T, float> ? 1e-6 : 1e-15;
  EXPECT_LT(relative_error(run.output(), std::span(y)), tolerance);
  EXPECT_LT(relative_error(run.dx(), std::span(dx)), tolerance);
}

template <class T>
void sweep(PoolingKind kind, const Shape& input, Size m) {
  for (const Extent2d window : {Extent2d{1, 1}, {2, 2}, {3, 2}, {1, 5}}) {
    for (const std::optional<Extent2d> stride :
         {std::optional<Extent2d>(), {Extent2d{1, 1}}, {Extent2d{2, 3}}}) {
      for (const Padding padding : {Padding::valid, Padding::same}) {
        expect_reference<T>({.kind = kind, .window = window, .stride = stride, .padding = padding},
                            input, m);
      }
    }
  }
}

TEST(Pooling, TakesTheMaximum) {
  sweep<float>(PoolingKind::max, {7, 11, 3}, 2);
  sweep<float>(PoolingKind::max, {8, 6, 37}, 3);
  sweep<float>(PoolingKind::max, {6, 9, 6}, 2);
  sweep<double>(PoolingKind::max, {5, 7, 1}, 3);
}

TEST(Pooling, TakesTheAverageWithoutPadding) {
  sweep<float>(PoolingKind::average, {7, 11, 3}, 2);
  sweep<float>(PoolingKind::average, {8, 6, 37}, 3);
  sweep<float>(PoolingKind::average, {6, 9, 6}, 2);
  sweep<double>(PoolingKind::average, {5, 7, 1}, 3);
}

/// A maximum over one window of 2x2 with those numbers, and where a gradient of 1 goes.
struct OneWindow {
  std::vector<double> output, dx;
};

OneWindow pool(const std::vector<double>& x, PoolingKind kind = PoolingKind::max) {
  const Pooling<double> layer({.kind = kind});
  LayerRun<double> run(layer, {2, 2, 1}, 1);
  std::ranges::copy(x, run.x().begin());
  std::ranges::fill(run.weights(), 1);
  run.forward();
  run.backward();
  return {copy_of(run.output()), copy_of(run.dx())};
}

TEST(Pooling, GivesATieToTheFirst) {
  EXPECT_EQ(pool({1, 3, 3, 3}).dx, (std::vector<double>{0, 1, 0, 0}));
  EXPECT_EQ(pool({0, 0, 0, 0}).dx, (std::vector<double>{1, 0, 0, 0}));
  EXPECT_EQ(pool({-1, 0.0, -0.0, -1}).dx, (std::vector<double>{0, 1, 0, 0}));
  EXPECT_EQ(pool({-1, -0.0, 0.0, -1}).dx, (std::vector<double>{0, 1, 0, 0}));
}

TEST(Pooling, LetsNaNThrough) {
  for (std::size_t place = 0; place < 4; ++place) {
    std::vector<double> x{5, 6, 7, 8}, gradient(4);
    x[place] = nan;
    gradient[place] = 1;
    EXPECT_TRUE(std::isnan(pool(x).output[0])) << place;
    EXPECT_EQ(pool(x).dx, gradient);
    EXPECT_TRUE(std::isnan(pool(x, PoolingKind::average).output[0])) << place;
  }
  EXPECT_EQ(pool({1, nan, 2, nan}).dx, (std::vector<double>{0, 1, 0, 0}));
}

TEST(Pooling, KnowsInfinity) {
  const double inf = std::numeric_limits<double>::infinity();
  EXPECT_EQ(pool({-inf, -inf, -inf, -inf}).output[0], -inf);
  EXPECT_EQ(pool({-inf, -inf, -inf, -inf}).dx, (std::vector<double>{1, 0, 0, 0}));
  EXPECT_EQ(pool({1, inf, 2, inf}).dx, (std::vector<double>{0, 1, 0, 0}));
}

TEST(PoolingOptions, AStrideLeftOutIsTheWindow) {
  EXPECT_EQ((PoolingOptions{.window = {2, 3}}),
            (PoolingOptions{.window = {2, 3}, .stride = Extent2d{2, 3}}));
  EXPECT_NE((PoolingOptions{.window = {2, 3}}),
            (PoolingOptions{.window = {2, 3}, .stride = Extent2d{2, 2}}));
}

TEST(Pooling, RefusesWhatDoesNotFit) {
  EXPECT_THROW(Pooling<float>({.window = {0, 2}}), UsageError);
  EXPECT_THROW(Pooling<float>({.stride = Extent2d{1, 0}}), UsageError);
  const Pooling<float> layer({.window = {3, 3}});
  EXPECT_THROW(layer.output_shape(std::array{Shape{2, 3, 1}}), UsageError);
  EXPECT_THROW(layer.output_shape(std::array{Shape{9}}), UsageError);
}

}  // namespace
}  // namespace dtheta
