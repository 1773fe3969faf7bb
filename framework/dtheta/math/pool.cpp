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

/// What each instruction set offers, for m samples. Backward adds to dx; where windows are disjoint
/// it sets what lies under them.
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
  bool is_followed;  ///< in its row there is another place beside it, and another output beside its
};

/// No input lies in two windows.
bool are_disjoint(const Windows& w) {
  return w.vertical.stride >= w.vertical.window && w.horizontal.stride >= w.horizontal.window;
}

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
        const Size left = horizontal.first_tap(j), end = horizontal.end_tap(j);
        body(Patch{.input = (line + horizontal.origin(j) + left) * w.channels,
                   .output = output,
                   .rows = rows,
                   .columns = end - left,
                   .is_followed =
                       horizontal.origin(j) + end < horizontal.input && j + 1 < horizontal.output});
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

/// Calls block(d, first channel, first lane, lanes) until all channels are done: `lanes` of them
/// from the first lane on.
///
/// Channels that do not fill whole vectors: the last block ends with the last channel, so its first
/// lanes were done before. A patch that is followed takes a vector of twice the lanes instead, if
/// that holds all channels; what it writes into the place or output beside it is written next.
template <class D, class Block>
HWY_INLINE void for_each_block(D d, const Patch& patch, Size channels, const Block& block) {
  using T = hn::TFromD<D>;
  const Size lanes = static_cast<Size>(hn::Lanes(d));
  const hn::CappedTag<T, std::min<std::size_t>(2 * hn::MaxLanes(d), HWY_LANES(T))> wide;
  if (patch.is_followed && channels > lanes && channels < static_cast<Size>(hn::Lanes(wide))) {
    return block(wide, Size{0}, Size{0}, channels);
  }
  for (Size c = 0; c < channels; c += lanes) {
    const Size overlap = std::max<Size>(0, c + lanes - channels);
    block(d, c - overlap, overlap, lanes - overlap);
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

/// dy of the channels of a block; zero in other lanes.
template <class D, class T>
HWY_INLINE hn::Vec<D> load_lanes(D d, const T* dy, Size first, Size count) {
  const auto all = hn::LoadU(d, dy);
  if (count == static_cast<Size>(hn::Lanes(d))) return all;
  const auto before = hn::FirstN(d, static_cast<std::size_t>(first));
  const auto until = hn::FirstN(d, static_cast<std::size_t>(first + count));
  return hn::IfThenElseZero(until, hn::IfThenZeroElse(before, all));
}

/// Puts v into dx, but for lanes before the first, or adds it.
template <bool is_disjoint, class V, class D, class T>
HWY_INLINE void give(V v, D d, Size first, T* dx) {
  if constexpr (!is_disjoint) {
    v = hn::Add(hn::LoadU(d, dx), v);
  } else if (first > 0) {
    v = hn::IfThenElse(hn::FirstN(d, static_cast<std::size_t>(first)), hn::LoadU(d, dx), v);
  }
  hn::StoreU(v, d, dx);
}

template <class T>
void max(const T* x, const Windows& w, Size m, T* y) {
  with_vector<T>(w.channels, [&](auto d) HWY_ATTR {
    for_each_patch(w, m, [&](const Patch& patch) HWY_ATTR {
      for_each_block(d, patch, w.channels, [&](auto lanes, Size c, Size, Size) HWY_ATTR {
        auto best = hn::LoadU(lanes, x + patch.input + c);
        for_each_tap(w, patch, [&](Size place) HWY_ATTR {
          const auto number = hn::LoadU(lanes, x + place + c);
          const auto wins = hn::Or(hn::Gt(number, best), hn::IsNaN(number));
          best = hn::IfThenElse(wins, number, best);
        });
        hn::StoreU(best, lanes, y + patch.output + c);
      });
    });
  });
}

template <bool is_disjoint, class T>
void max_backward_in(const T* x, const T* y, const T* dy, const Windows& w, Size m, T* dx) {
  with_vector<T>(w.channels, [&](auto d) HWY_ATTR {
    for_each_patch(w, m, [&](const Patch& patch) HWY_ATTR {
      const auto block = [&](auto lanes, Size c, Size first, Size count) HWY_ATTR {
        const auto best = hn::LoadU(lanes, y + patch.output + c);
        auto left = load_lanes(lanes, dy + patch.output + c, first, count);
        for_each_tap(w, patch, [&](Size place) HWY_ATTR {
          const auto number = hn::LoadU(lanes, x + place + c);
          const auto both_nan = hn::And(hn::IsNaN(number), hn::IsNaN(best));
          const auto is_first = hn::Or(hn::Eq(number, best), both_nan);
          give<is_disjoint>(hn::IfThenElseZero(is_first, left), lanes, first, dx + place + c);
          left = hn::IfThenZeroElse(is_first, left);
        });
      };
      for_each_block(d, patch, w.channels, block);
    });
  });
}

template <class T>
void max_backward(const T* x, const T* y, const T* dy, const Windows& w, Size m, T* dx) {
  are_disjoint(w) ? max_backward_in<true>(x, y, dy, w, m, dx)
                  : max_backward_in<false>(x, y, dy, w, m, dx);
}

template <class T>
void average(const T* x, const Windows& w, Size m, T* y) {
  with_vector<T>(w.channels, [&](auto d) HWY_ATTR {
    for_each_patch(w, m, [&](const Patch& patch) HWY_ATTR {
      for_each_block(d, patch, w.channels, [&](auto lanes, Size c, Size, Size) HWY_ATTR {
        auto sum = hn::Zero(lanes);
        for_each_tap(w, patch, [&](Size place) HWY_ATTR {
          sum = hn::Add(sum, hn::LoadU(lanes, x + place + c));
        });
        const auto part = hn::Set(lanes, part_of<T>(patch));
        hn::StoreU(hn::Mul(sum, part), lanes, y + patch.output + c);
      });
    });
  });
}

template <bool is_disjoint, class T>
void average_backward_in(const T* dy, const Windows& w, Size m, T* dx) {
  with_vector<T>(w.channels, [&](auto d) HWY_ATTR {
    for_each_patch(w, m, [&](const Patch& patch) HWY_ATTR {
      const auto block = [&](auto lanes, Size c, Size first, Size count) HWY_ATTR {
        const auto part = hn::Set(lanes, part_of<T>(patch));
        const auto dx_of_each =
            hn::Mul(load_lanes(lanes, dy + patch.output + c, first, count), part);
        for_each_tap(w, patch, [&](Size place) HWY_ATTR {
          give<is_disjoint>(dx_of_each, lanes, first, dx + place + c);
        });
      };
      for_each_block(d, patch, w.channels, block);
    });
  });
}

template <class T>
void average_backward(const T* dy, const Windows& w, Size m, T* dx) {
  are_disjoint(w) ? average_backward_in<true>(dy, w, m, dx)
                  : average_backward_in<false>(dy, w, m, dx);
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

/// Zeros where backward adds, or where it leaves out places between windows.
template <class T>
void clear_uncovered(const Windows& w, View<T> dx) {
  if (are_disjoint(w) && w.vertical.is_partition() && w.horizontal.is_partition()) return;
  std::ranges::fill(dx.span(), T{0});
}

}  // namespace

template <std::floating_point T>
void max_pool(View<const T> x, const Windows& w, View<T> y) {
  kernels<T>().max(x.data(), w, x.dim(0), y.data());
}

template <std::floating_point T>
void max_pool_backward(View<const T> x, View<const T> y, View<const T> dy, const Windows& w,
                       View<T> dx) {
  clear_uncovered(w, dx);
  kernels<T>().max_backward(x.data(), y.data(), dy.data(), w, x.dim(0), dx.data());
}

template <std::floating_point T>
void average_pool(View<const T> x, const Windows& w, View<T> y) {
  kernels<T>().average(x.data(), w, x.dim(0), y.data());
}

template <std::floating_point T>
void average_pool_backward(View<const T> dy, const Windows& w, View<T> dx) {
  clear_uncovered(w, dx);
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
