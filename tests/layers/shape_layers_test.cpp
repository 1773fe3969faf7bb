// Layers that move numbers: padding, upsampling, reshape, global pooling, embedding.
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

/// Output and dx of a layer whose x and da are 1, 2, 3, ...
struct Passes {
  Shape output_shape;  ///< {m, ...}
  std::vector<float> output, dx;
};

Passes run(const char* text, const Shape& input, Size m = 1) {
  const auto layer = make_layer<float>(parse_layer(text));
  LayerRun<float> run(*layer, input, m);
  float next = 0;
  for (float& number : run.x()) number = ++next;
  next = 0;
  for (float& number : run.weights()) number = ++next;
  run.forward();
  run.backward();
  return {run.output_shape(), copy_of(run.output()), copy_of(run.dx())};
}

std::string complaint(const char* layer, const Shape& input) {
  return message_of<UsageError>(
      [&] { make_layer<float>(parse_layer(layer))->output_shape(std::array{input}); });
}

using Numbers = std::vector<float>;

TEST(ZeroPadding, PutsZerosAround) {
  const Passes one = run("pad 1x0 0x2", {2, 1, 2}, 2);
  EXPECT_EQ(one.output_shape, (Shape{2, 3, 3, 2}));
  EXPECT_EQ(one.output, (Numbers{0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 3, 4, 0, 0, 0, 0,
                                 0, 0, 0, 0, 0, 0, 5, 6, 0, 0, 0, 0, 7, 8, 0, 0, 0, 0}));
  EXPECT_EQ(one.dx, (Numbers{7, 8, 13, 14, 25, 26, 31, 32}));
  EXPECT_EQ(run("pad 1", {1, 1, 1}).output, (Numbers{0, 0, 0, 0, 1, 0, 0, 0, 0}));
}

TEST(ZeroPadding, RefusesWhatDoesNotFit) {
  EXPECT_TRUE(contains(complaint("pad 1", {4}), "height x width x channels"));
  EXPECT_TRUE(contains(complaint("pad 70000", {4, 4, 1}), "wanted 0 to 65536"));
  EXPECT_THROW(parse_layer("pad"), UsageError);
  EXPECT_THROW(parse_layer("pad -1"), UsageError);
}

TEST(Upsampling, RepeatsEveryPlace) {
  const Passes two = run("upsample 2x1", {2, 1, 2}, 2);
  EXPECT_EQ(two.output_shape, (Shape{2, 4, 1, 2}));
  EXPECT_EQ(two.output, (Numbers{1, 2, 1, 2, 3, 4, 3, 4, 5, 6, 5, 6, 7, 8, 7, 8}));
  EXPECT_EQ(two.dx, (Numbers{4, 6, 12, 14, 20, 22, 28, 30}));
  EXPECT_EQ(run("upsample 1x3", {1, 2, 1}).output, (Numbers{1, 1, 1, 2, 2, 2}));
  EXPECT_TRUE(contains(complaint("upsample 2", {4}), "height x width x channels"));
}

TEST(Reshape, IsAViewOfTheSameNumbers) {
  const Passes passes = run("reshape 3x2", {6}, 2);
  EXPECT_EQ(passes.output_shape, (Shape{2, 3, 2}));
  EXPECT_EQ(passes.output, passes.dx);
  EXPECT_TRUE(make_layer<float>(ReshapeOptions{{3, 2}})->is_view());
  EXPECT_TRUE(contains(complaint("reshape 3x2", {5}), "shape 5, 5 numbers; wanted the 6 of 3x2"));
  for (const char* shape : {"", "0x2", "2x", "x2", "2x2x2x2x2", "-3", "3x2y"}) {
    EXPECT_THROW(parse_layer(std::string("reshape ") + shape), UsageError) << shape;
  }
}

TEST(GlobalPooling, TakesTheWholePicture) {
  const Passes average = run("globalavgpool", {2, 2, 2}, 2);
  EXPECT_EQ(average.output_shape, (Shape{2, 2}));
  EXPECT_EQ(average.output, (Numbers{4, 5, 12, 13}));
  EXPECT_EQ(average.dx, (Numbers{0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0.25, 0.5, 0.75, 1, 0.75, 1, 0.75,
                                 1, 0.75, 1}));
  const Passes largest = run("globalmaxpool", {2, 2, 2}, 2);
  EXPECT_EQ(largest.output, (Numbers{7, 8, 15, 16}));
  EXPECT_EQ(largest.dx, (Numbers{0, 0, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 0, 0, 3, 4}));
  EXPECT_TRUE(contains(complaint("globalavgpool", {4}), "height x width x channels"));
}

TEST(Embedding, LooksRowsUpAndAddsTheirDerivatives) {
  const auto layer = make_layer<double>(parse_layer("embedding 3 2"));
  LayerRun<double> run(*layer, {4}, 1);
  std::ranges::copy(std::array{2.0, 0.0, 2.0, 1.4}, run.x().begin());
  std::ranges::copy(std::array{1.0, 2.0, 3.0, 4.0, 5.0, 6.0}, run.theta(0).begin());
  for (std::size_t i = 0; i < 8; ++i) run.weights()[i] = static_cast<double>(i + 1);
  run.forward();
  run.backward();
  EXPECT_EQ(run.output_shape(), (Shape{1, 4, 2}));
  EXPECT_EQ(copy_of(run.output()), (std::vector<double>{5, 6, 1, 2, 5, 6, 3, 4}));
  EXPECT_EQ(copy_of(run.dtheta(0)), (std::vector<double>{3, 4, 7, 8, 6, 8}));
}

TEST(Embedding, NumbersWithoutARowGiveNan) {
  const auto layer = make_layer<float>(parse_layer("embedding 3 2"));
  LayerRun<float> run(*layer, {5}, 1);
  const float infinity = std::numeric_limits<float>::infinity();
  std::ranges::copy(std::array{3.0F, -1.0F, infinity, std::nanf(""), 1e30F}, run.x().begin());
  run.forward();
  EXPECT_TRUE(std::ranges::all_of(run.output(), [](float x) { return std::isnan(x); }));
  run.backward();
  EXPECT_TRUE(std::ranges::all_of(run.dtheta(0), [](float x) { return x == 0; }));
}

TEST(Embedding, RefusesOptionsOutOfRange) {
  EXPECT_TRUE(contains(complaint("embedding 20000000 1", {1}), "wanted at most 16777216"));
  EXPECT_TRUE(contains(complaint("embedding 5 1", {1, 1, 1, 1}), "wanted at most 3 axes"));
  EXPECT_THROW(parse_layer("embedding 5"), UsageError);
}

}  // namespace
}  // namespace dtheta
