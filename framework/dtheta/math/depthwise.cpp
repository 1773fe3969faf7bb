#include "dtheta/math/depthwise.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/math/depthwise.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#ifndef DTHETA_MATH_DEPTHWISE_KERNELS_
#define DTHETA_MATH_DEPTHWISE_KERNELS_
namespace dtheta {
namespace {

/// One window without its padding: tap (r, s) of `rows` x `columns` lies r·line + s·step behind x,
/// its filters r·theta_line + s·channels behind theta.
template <class T>
struct Patch {
  const T* x;
  const T* theta;
  Size rows;
  Size columns;
  Size line;
  Size step;
  Size theta_line;
  Size channels;
};

/// What each instruction set offers, for one window.
template <class T>
struct DepthwiseKernels {
  void (*forward)(const Patch<T>& patch, T* z);
  /// dtheta and dx are added to, and lie behind the first tap as theta and x do; null: not wanted.
  void (*backward)(const Patch<T>& patch, const T* dz, T* dtheta, T* dx);
};

}  // namespace
}  // namespace dtheta
#endif

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

/// Calls tap(offset in x, offset in theta) for each tap, row-major.
template <class T, class Tap>
HWY_INLINE void for_each_tap(const Patch<T>& patch, const Tap& tap) {
  for (Size r = 0; r < patch.rows; ++r) {
    for (Size s = 0; s < patch.columns; ++s) {
      tap(r * patch.line + s * patch.step, r * patch.theta_line + s * patch.channels);
    }
  }
}

/// Calls block(d, first channel) for whole vectors, narrower ones for what is left.
template <class T, std::size_t lanes = HWY_LANES(T), class Block>
HWY_INLINE void for_each_block(Size first, Size channels, const Block& block) {
  const hn::CappedTag<T, lanes> d;
  const Size width = static_cast<Size>(hn::Lanes(d));
  for (; first + width <= channels; first += width) block(d, first);
  if constexpr (lanes > 1) for_each_block<T, lanes / 2>(first, channels, block);
}

template <class T>
void forward(const Patch<T>& patch, T* z) {
  for_each_block<T>(0, patch.channels, [&](auto d, Size c) {
    auto sum = hn::Zero(d);
    for_each_tap(patch, [&](Size place, Size filter) HWY_ATTR {
      sum = hn::MulAdd(hn::LoadU(d, patch.x + place + c), hn::LoadU(d, patch.theta + filter + c),
                       sum);
    });
    hn::StoreU(sum, d, z + c);
  });
}

template <class T>
void backward(const Patch<T>& patch, const T* dz, T* dtheta, T* dx) {
  for_each_block<T>(0, patch.channels, [&](auto d, Size c) {
    const auto delta = hn::LoadU(d, dz + c);
    for_each_tap(patch, [&](Size place, Size filter) HWY_ATTR {
      const auto x = hn::LoadU(d, patch.x + place + c);
      if (dtheta != nullptr) {
        T* const sum = dtheta + filter + c;
        hn::StoreU(hn::MulAdd(x, delta, hn::LoadU(d, sum)), d, sum);
      }
      if (dx == nullptr) return;
      const auto theta = hn::LoadU(d, patch.theta + filter + c);
      T* const to = dx + place + c;
      hn::StoreU(hn::MulAdd(theta, delta, hn::LoadU(d, to)), d, to);
    });
  });
}

DepthwiseKernels<float> float_kernels() { return {forward<float>, backward<float>}; }
DepthwiseKernels<double> double_kernels() { return {forward<double>, backward<double>}; }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dtheta
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dtheta {
namespace {

HWY_EXPORT(float_kernels);
HWY_EXPORT(double_kernels);

/// Those of the best instruction set of this CPU.
template <std::floating_point T>
DepthwiseKernels<T> kernels() {
  if constexpr (std::same_as<T, float>) {
    return HWY_DYNAMIC_DISPATCH(float_kernels)();
  } else {
    return HWY_DYNAMIC_DISPATCH(double_kernels)();
  }
}

/// Calls body(patch, index into x of its first tap, into θ, into z) for each window of m samples.
template <class T, class Body>
void for_each_patch(View<const T> x, const Windows& w, View<const T> theta, Body&& body) {
  const WindowAxis& vertical = w.vertical;
  const WindowAxis& horizontal = w.horizontal;
  const Size c = w.channels;
  Size output = 0;
  for (Size n = 0; n < x.dim(0); ++n) {
    for (Size i = 0; i < vertical.output; ++i) {
      const Size top = vertical.first_tap(i);
      const Size line = (n * vertical.input + vertical.place(i, top)) * horizontal.input;
      for (Size j = 0; j < horizontal.output; ++j, output += c) {
        const Size left = horizontal.first_tap(j);
        const Size place = (line + horizontal.place(j, left)) * c;
        const Size filter = (top * horizontal.window + left) * c;
        body(Patch<T>{.x = x.data() + place,
                      .theta = theta.data() + filter,
                      .rows = vertical.end_tap(i) - top,
                      .columns = horizontal.end_tap(j) - left,
                      .line = vertical.dilation * horizontal.input * c,
                      .step = horizontal.dilation * c,
                      .theta_line = horizontal.window * c,
                      .channels = c},
             place, filter, output);
      }
    }
  }
}

}  // namespace

template <std::floating_point T>
void depthwise_forward(View<const T> x, const Windows& windows, View<const T> theta, View<T> z) {
  assert(theta.size() == windows.window_size());
  const auto forward = kernels<T>().forward;
  for_each_patch<T>(x, windows, theta, [&](const Patch<T>& patch, Size, Size, Size output) {
    forward(patch, z.data() + output);
  });
}

template <std::floating_point T>
void depthwise_backward(View<const T> x, const Windows& windows, View<const T> theta,
                        View<const T> dz, View<T> dtheta, View<T> dx) {
  if (!dx.empty()) std::ranges::fill(dx.span(), T{0});
  const auto backward = kernels<T>().backward;
  for_each_patch<T>(
      x, windows, theta, [&](const Patch<T>& patch, Size place, Size filter, Size output) {
        backward(patch, dz.data() + output, dtheta.empty() ? nullptr : dtheta.data() + filter,
                 dx.empty() ? nullptr : dx.data() + place);
      });
}

template void depthwise_forward(View<const float>, const Windows&, View<const float>, View<float>);
template void depthwise_forward(View<const double>, const Windows&, View<const double>,
                                View<double>);
template void depthwise_backward(View<const float>, const Windows&, View<const float>,
                                 View<const float>, View<float>, View<float>);
template void depthwise_backward(View<const double>, const Windows&, View<const double>,
                                 View<const double>, View<double>, View<double>);

}  // namespace dtheta
#endif  // HWY_ONCE
