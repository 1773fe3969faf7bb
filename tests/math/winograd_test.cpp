#include "dtheta/math/winograd.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "support/fenced_buffer.hpp"
#include "support/instruction_sets.hpp"
#include "support/numbers.hpp"
#include "support/reference_layers.hpp"

namespace dtheta {
namespace {

/// The maps multiply by up to 8 and cancel again: an order of magnitude over a plain sum's error.
template <class T>
constexpr double tolerance = std::is_same_v<T, float> ? 2e-5 : 4e-14;

/// One convolution with all its memory; what is to be overwritten begins as NaN, between fences.
template <class T>
class Convolution {
 public:
  Convolution(const Shape& sample, Size filters, Padding padding, Size m)
      : windows(slide(sample, {3, 3}, {1, 1}, padding)),
        x_shape(sample.batch(m)),
        a_shape({m, windows.vertical.output, windows.horizontal.output, filters}),
        theta_shape({3, 3, sample[2], filters}),
        reference{.m = m,
                  .vertical = {sample[0], 3, 1, padding == Padding::same},
                  .horizontal = {sample[1], 3, 1, padding == Padding::same},
                  .channels = sample[2]},
        x(x_shape.size()),
        theta(theta_shape.size()),
        bias(filters),
        dz(a_shape.size()),
        a(a_shape.size()),
        dx(x_shape.size()),
        dtheta(theta_shape.size()),
        prepared(winograd_prepared_size<T>(sample[2], filters, true)),
        scratch(winograd_scratch_size<T>(windows, filters, m)) {
    std::uint64_t seed = 0;
    for (auto* buffer : {&x, &theta, &bias, &dz}) fill_normal(buffer->span(), seed++);
    for (auto* buffer : {&a, &dx, &prepared, &scratch}) {
      buffer->fill(std::numeric_limits<T>::quiet_NaN());
    }
    dtheta.fill(0);
    winograd_prepare<T>(theta.view(theta_shape), true, prepared.span());
  }

  void forward(const ActivationOptions& activation = {}) {
    winograd_forward<T>(x.view(x_shape), windows, prepared.span(), bias.view({bias_size()}),
                        activation, a.view(a_shape), scratch.span());
  }
  void backward(bool wants_dx = true) {
    winograd_backward<T>(x.view(x_shape), windows, prepared.span(), dz.view(a_shape),
                         dtheta.view(theta_shape), wants_dx ? dx.view(x_shape) : View<T>(),
                         scratch.span());
  }
  bool fences_are_intact() const {
    return std::ranges::all_of(
        std::array{&x, &theta, &bias, &dz, &a, &dx, &dtheta, &prepared, &scratch},
        [](const auto* buffer) { return buffer->is_intact(); });
  }
  Size bias_size() const { return theta_shape[3]; }

  Windows windows;
  Shape x_shape, a_shape, theta_shape;
  ReferenceWindows reference;
  FencedBuffer<T> x, theta, bias, dz, a, dx, dtheta, prepared, scratch;
};

template <class T>
void expect_reference(const Shape& sample, Size filters, Padding padding, Size m) {
  SCOPED_TRACE(testing::Message() << m << " of " << sample.text() << " to " << filters
                                  << (padding == Padding::same ? " same" : " valid"));
  Convolution<T> c(sample, filters, padding, m);
  c.forward();
  c.backward();
  const auto z = reference_convolution(c.reference, c.x.span(), c.theta.span(), c.bias.span());
  EXPECT_LT(relative_error(c.a.span(), std::span(z)), tolerance<T>);
  const auto d =
      reference_convolution_backward(c.reference, c.x.span(), c.theta.span(), c.dz.span());
  EXPECT_LT(relative_error(c.dx.span(), std::span(d.dx)), tolerance<T>);
  EXPECT_LT(relative_error(c.dtheta.span(), std::span(d.dtheta)), tolerance<T>);
  EXPECT_TRUE(c.fences_are_intact());
}

template <class T>
void sweep() {
  for (const Shape& sample : {Shape{3, 3, 1}, {5, 7, 3}, {4, 8, 16}, {13, 6, 17}}) {
    for (const Size filters : {1, 5, 16, 37}) {
      for (const Padding padding : {Padding::valid, Padding::same}) {
        expect_reference<T>(sample, filters, padding, 3);
      }
    }
  }
}

TEST(Winograd, IsEquations15To19InDouble) { for_each_instruction_set(sweep<double>); }

TEST(Winograd, IsEquations15To19InFloat) { for_each_instruction_set(sweep<float>); }

TEST(Winograd, IsEquations15To19OverSeveralBlocks) {
  expect_reference<float>({29, 31, 48}, 32, Padding::same, 5);
}

TEST(Winograd, AddsToDthetaAndSkipsDx) {
  Convolution<double> once({7, 9, 5}, 6, Padding::same, 2), more({7, 9, 5}, 6, Padding::same, 2);
  once.backward();
  more.dtheta.fill(1);
  more.backward(false);
  for (std::size_t i = 0; i < once.dtheta.span().size(); ++i) {
    EXPECT_NEAR(more.dtheta.span()[i], 1 + once.dtheta.span()[i], 1e-13);
  }
  EXPECT_TRUE(std::ranges::all_of(more.dx.span(), [](double d) { return std::isnan(d); }));
}

TEST(Winograd, AppliesTheActivation) {
  Convolution<float> plain({6, 5, 9}, 10, Padding::valid, 2),
      relu({6, 5, 9}, 10, Padding::valid, 2);
  plain.forward();
  relu.forward({.kind = Activation::relu});
  for (std::size_t i = 0; i < plain.a.span().size(); ++i) {
    EXPECT_EQ(relu.a.span()[i], std::max(plain.a.span()[i], 0.0F));
  }
}

TEST(Winograd, AppliesTo3x3WithStride1Only) {
  const Shape sample{9, 9, 2};
  EXPECT_TRUE(winograd_applies(slide(sample, {3, 3}, {1, 1}, Padding::same)));
  EXPECT_FALSE(winograd_applies(slide(sample, {3, 3}, {1, 2}, Padding::same)));
  EXPECT_FALSE(winograd_applies(slide(sample, {3, 5}, {1, 1}, Padding::same)));
}

}  // namespace
}  // namespace dtheta
