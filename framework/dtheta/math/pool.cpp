#include "dtheta/math/pool.hpp"

#include <algorithm>
#include <concepts>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/math/pool.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#ifndef DTHETA_MATH_POOL_KERNELS_
#define DTHETA_MATH_POOL_KERNELS_
namespace dtheta {
namespace {

/// What each instruction set offers, for m samples. dx is added to.
template <class T>
struct PoolKernels {
  void (*max)(const T* x, const Windows& w, Size m, T* y);
  void (*max_backward)(const T* x, const T* y, const T* dy, const Windows& w, Size m, T* dx);
  void (*average)(const T* x, const Windows& w, Size m, T* y);
  void (*average_backward)(const T* dy, const Windows& w, Size m, T* dx);
};

/// One window without its padding: rows x columns of places with c channels each.
struct Patch {
  Size input;   ///< index of the first place's channel 0
  Size output;  ///< index of the output's channel 0
  Size rows;
  Size columns;
};

/// Calls body(patch) for each window of m samples, in order.
template <class Body>
void for_each_patch(const Windows& w, Size m, Body&& body) {
  const WindowAxis& vertical = w.vertical;
  const WindowAxis& horizontal = w.horizontal;
  Size output = 0;
  for (Size n = 0; n < m; ++n) {
    for (Size i = 0; i < vertical.output; ++i) {
      const Size top = vertical.first_tap(i);
      const Size rows = vertical.end_tap(i) - top;
      const Size line = (n * vertical.input + vertical.origin(i) + top) * horizontal.input;
      for (Size j = 0; j < horizontal.output; ++j) {
        const Size left = horizontal.first_tap(j);
        body(Patch{.input = (line + horizontal.origin(j) + left) * w.channels,
                   .output = output,
                   .rows = rows,
                   .columns = horizontal.end_tap(j) - left});
        output += w.channels;
      }
    }
  }
}

/// 1 / the number of places.
template <class T>
T part_of(const Patch& patch) {
  return T{1} / static_cast<T>(patch.rows * patch.columns);
}

}  // namespace
}  // namespace dtheta
#endif

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

/// Calls body(d) with the widest vector that c channels fill.
template <class T, std::size_t lanes = HWY_LANES(T), class Body>
HWY_INLINE void with_vector(Size channels, const Body& body) {
  const hn::CappedTag<T, lanes> d;
  if constexpr (lanes > 1) {
    if (channels < static_cast<Size>(hn::Lanes(d))) {
      return with_vector<T, lanes / 2>(channels, body);
    }
  }
  body(d);
}

/// Calls block(first channel, overlap) until all channels are done. The last block ends with the
/// last channel, so its first `overlap` lanes were done before.
template <class D, class Block>
HWY_INLINE void for_each_block(D d, Size channels, const Block& block) {
  const Size lanes = static_cast<Size>(hn::Lanes(d));
  for (Size c = 0; c < channels; c += lanes) {
    const Size overlap = std::max<Size>(0, c + lanes - channels);
    block(c - overlap, overlap);
  }
}

/// Calls tap(index of channel 0) for each place of the patch, row-major.
template <class Tap>
HWY_INLINE void for_each_tap(const Windows& w, const Patch& patch, const Tap& tap) {
  const Size line = w.horizontal.input * w.channels;
  for (Size r = 0; r < patch.rows; ++r) {
    for (Size s = 0; s < patch.columns; ++s) tap(patch.input + r * line + s * w.channels);
  }
}

/// dy of the channels of a block, zero where an earlier block gave it away.
template <class D, class T>
HWY_INLINE hn::Vec<D> load_undone(D d, const T* dy, Size overlap) {
  const auto all = hn::LoadU(d, dy);
  if (overlap == 0) return all;
  return hn::IfThenZeroElse(hn::FirstN(d, static_cast<std::size_t>(overlap)), all);
}

template <class V, class D, class T>
HWY_INLINE void add_to(V v, D d, T* sum) {
  hn::StoreU(hn::Add(hn::LoadU(d, sum), v), d, sum);
}

template <class T>
void max(const T* x, const Windows& w, Size m, T* y) {
  with_vector<T>(w.channels, [&](auto d) HWY_ATTR {
    for_each_patch(w, m, [&](const Patch& patch) HWY_ATTR {
      for_each_block(d, w.channels, [&](Size c, Size) HWY_ATTR {
        auto best = hn::LoadU(d, x + patch.input + c);
        for_each_tap(w, patch, [&](Size place) HWY_ATTR {
          const auto number = hn::LoadU(d, x + place + c);
          const auto wins = hn::Or(hn::Gt(number, best), hn::IsNaN(number));
          best = hn::IfThenElse(wins, number, best);
        });
        hn::StoreU(best, d, y + patch.output + c);
      });
    });
  });
}

template <class T>
void max_backward(const T* x, const T* y, const T* dy, const Windows& w, Size m, T* dx) {
  with_vector<T>(w.channels, [&](auto d) HWY_ATTR {
    for_each_patch(w, m, [&](const Patch& patch) HWY_ATTR {
      for_each_block(d, w.channels, [&](Size c, Size overlap) HWY_ATTR {
        const auto best = hn::LoadU(d, y + patch.output + c);
        auto left = load_undone(d, dy + patch.output + c, overlap);
        for_each_tap(w, patch, [&](Size place) HWY_ATTR {
          const auto number = hn::LoadU(d, x + place + c);
          const auto both_nan = hn::And(hn::IsNaN(number), hn::IsNaN(best));
          const auto is_first = hn::Or(hn::Eq(number, best), both_nan);
          add_to(hn::IfThenElseZero(is_first, left), d, dx + place + c);
          left = hn::IfThenZeroElse(is_first, left);
        });
      });
    });
  });
}

template <class T>
void average(const T* x, const Windows& w, Size m, T* y) {
  with_vector<T>(w.channels, [&](auto d) HWY_ATTR {
    for_each_patch(w, m, [&](const Patch& patch) HWY_ATTR {
      const auto part = hn::Set(d, part_of<T>(patch));
      for_each_block(d, w.channels, [&](Size c, Size) HWY_ATTR {
        auto sum = hn::Zero(d);
        for_each_tap(w, patch,
                     [&](Size place) HWY_ATTR { sum = hn::Add(sum, hn::LoadU(d, x + place + c)); });
        hn::StoreU(hn::Mul(sum, part), d, y + patch.output + c);
      });
    });
  });
}

template <class T>
void average_backward(const T* dy, const Windows& w, Size m, T* dx) {
  with_vector<T>(w.channels, [&](auto d) HWY_ATTR {
    for_each_patch(w, m, [&](const Patch& patch) HWY_ATTR {
      const auto part = hn::Set(d, part_of<T>(patch));
      for_each_block(d, w.channels, [&](Size c, Size overlap) HWY_ATTR {
        const auto gradient = hn::Mul(load_undone(d, dy + patch.output + c, overlap), part);
        for_each_tap(w, patch, [&](Size place) HWY_ATTR { add_to(gradient, d, dx + place + c); });
      });
    });
  });
}

template <class T>
PoolKernels<T> kernels() {
  return {max<T>, max_backward<T>, average<T>, average_backward<T>};
}

PoolKernels<float> float_kernels() { return kernels<float>(); }
PoolKernels<double> double_kernels() { return kernels<double>(); }

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
PoolKernels<T> kernels() {
  if constexpr (std::same_as<T, float>) {
    return HWY_DYNAMIC_DISPATCH(float_kernels)();
  } else {
    return HWY_DYNAMIC_DISPATCH(double_kernels)();
  }
}

}  // namespace

template <std::floating_point T>
void max_pool(View<const T> x, const Windows& w, View<T> y) {
  kernels<T>().max(x.data(), w, x.dim(0), y.data());
}

template <std::floating_point T>
void max_pool_backward(View<const T> x, View<const T> y, View<const T> dy, const Windows& w,
                       View<T> dx) {
  std::ranges::fill(dx.span(), T{0});
  kernels<T>().max_backward(x.data(), y.data(), dy.data(), w, x.dim(0), dx.data());
}

template <std::floating_point T>
void average_pool(View<const T> x, const Windows& w, View<T> y) {
  kernels<T>().average(x.data(), w, x.dim(0), y.data());
}

template <std::floating_point T>
void average_pool_backward(View<const T> dy, const Windows& w, View<T> dx) {
  std::ranges::fill(dx.span(), T{0});
  kernels<T>().average_backward(dy.data(), w, dx.dim(0), dx.data());
}

template void max_pool(View<const float>, const Windows&, View<float>);
template void max_pool(View<const double>, const Windows&, View<double>);
template void max_pool_backward(View<const float>, View<const float>, View<const float>,
                                const Windows&, View<float>);
template void max_pool_backward(View<const double>, View<const double>, View<const double>,
                                const Windows&, View<double>);
template void average_pool(View<const float>, const Windows&, View<float>);
template void average_pool(View<const double>, const Windows&, View<double>);
template void average_pool_backward(View<const float>, const Windows&, View<float>);
template void average_pool_backward(View<const double>, const Windows&, View<double>);

}  // namespace dtheta
#endif  // HWY_ONCE
