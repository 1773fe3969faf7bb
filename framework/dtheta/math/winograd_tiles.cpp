#include "dtheta/math/winograd_tiles.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/math/winograd_tiles.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#include "dtheta/math/activation_functions-inl.hpp"
#include "dtheta/math/winograd_transforms-inl.hpp"

#ifndef DTHETA_MATH_WINOGRAD_TILES_
#define DTHETA_MATH_WINOGRAD_TILES_
namespace dtheta::winograd {
namespace {

/// One tile: the first of its outputs and how many of 4×4 exist.
struct Tile {
  Size sample;
  Size row;
  Size column;
  Size rows;
  Size columns;

  Tile(const Tiles& tiles, Size number)
      : sample(number / tiles.per_sample()),
        row(number % tiles.per_sample() / tiles.columns * side_out),
        column(number % tiles.columns * side_out),
        rows(std::min(side_out, tiles.windows.vertical.output - row)),
        columns(std::min(side_out, tiles.windows.horizontal.output - column)) {}
};

/// The numbers of x {m, h, w, c} under a tile's 6×6 inputs; null where there is padding.
template <class T>
struct Inputs {
  std::array<T*, points> at;

  Inputs(T* x, const Windows& w, const Tile& tile) {
    const Size top = tile.row - w.vertical.padding;
    const Size left = tile.column - w.horizontal.padding;
    T* const sample = x + tile.sample * w.sample_size();
    for (Size i = 0; i < side_in; ++i) {
      for (Size j = 0; j < side_in; ++j) {
        const Size row = top + i, column = left + j;
        const bool inside =
            row >= 0 && row < w.vertical.input && column >= 0 && column < w.horizontal.input;
        at[static_cast<std::size_t>(i * side_in + j)] =
            inside ? sample + (row * w.horizontal.input + column) * w.channels : nullptr;
      }
    }
  }
};

}  // namespace
}  // namespace dtheta::winograd
#endif

HWY_BEFORE_NAMESPACE();
namespace dtheta::winograd {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

/// Calls body(c, load, store) for every vector of `channels`; load and store mask the last one.
template <class D, class Body>
HWY_INLINE void for_each_channel_vector(D d, Size channels, const Body& body) {
  using T = hn::TFromD<D>;
  const Size lanes = static_cast<Size>(hn::Lanes(d));
  Size c = 0;
  for (; c + lanes <= channels; c += lanes) {
    body(
        c, [d](const T* from) HWY_ATTR { return hn::LoadU(d, from); },
        [d](hn::Vec<D> v, T* to) HWY_ATTR { hn::StoreU(v, d, to); });
  }
  if (c == channels) return;
  const auto mask = hn::FirstN(d, static_cast<std::size_t>(channels - c));
  body(
      c, [d, mask](const T* from) HWY_ATTR { return hn::MaskedLoad(mask, d, from); },
      [d, mask](hn::Vec<D> v, T* to) HWY_ATTR { hn::BlendedStore(v, mask, d, to); });
}

template <class T>
void inputs(const T* x, const Windows& w, Size tile0, Size count, const Planes<T>& to) {
  const hn::ScalableTag<T> d;
  const Tiles tiles{w};
  for (Size t = 0; t < count; ++t) {
    const Inputs<const T> in(x, w, Tile(tiles, tile0 + t));
    for_each_channel_vector(d, w.channels, [&](Size c, const auto& load, const auto&) HWY_ATTR {
      T* const out = to.at(0, t) + c;
      transform<InputMap>(
          d,
          [&](int i, int j) HWY_ATTR {
            const T* from = in.at[static_cast<std::size_t>(i * side_in + j)];
            return from == nullptr ? hn::Zero(d) : load(from + c);
          },
          [&](int i, int j, hn::Vec<decltype(d)> v)
              HWY_ATTR { hn::StoreU(v, d, out + (i * side_in + j) * to.plane); });
    });
  }
}

template <class T>
void outputs(const Planes<T>& from, const Windows& w, Size filters, const T* bias,
             const ActivationOptions& activation, Size tile0, Size count, T* a) {
  const hn::ScalableTag<T> d;
  const Tiles tiles{w};
  const Size width = w.horizontal.output;
  dtheta::HWY_NAMESPACE::with_activation<T>(activation, [&](const auto& g) HWY_ATTR {
    for (Size t = 0; t < count; ++t) {
      const Tile tile(tiles, tile0 + t);
      T* const first =
          a + ((tile.sample * w.vertical.output + tile.row) * width + tile.column) * filters;
      for_each_channel_vector(d, filters, [&](Size k, const auto& load, const auto& keep) HWY_ATTR {
        const T* const in = from.at(0, t) + k;
        const auto b = load(bias + k);
        transform<OutputMap>(
            d,
            [&](int i, int j)
                HWY_ATTR { return hn::LoadU(d, in + (i * side_in + j) * from.plane); },
            [&](int i, int j, hn::Vec<decltype(d)> v) HWY_ATTR {
              if (i >= tile.rows || j >= tile.columns) return;
              keep(g.value(d, hn::Add(v, b)), first + (i * width + j) * filters + k);
            });
      });
    }
  });
}

template <class T>
void doutputs(const T* dz, const Windows& w, Size filters, Size tile0, Size count,
              const Planes<T>& to) {
  const hn::ScalableTag<T> d;
  const Tiles tiles{w};
  const Size width = w.horizontal.output;
  for (Size t = 0; t < count; ++t) {
    const Tile tile(tiles, tile0 + t);
    const T* const first =
        dz + ((tile.sample * w.vertical.output + tile.row) * width + tile.column) * filters;
    for_each_channel_vector(d, filters, [&](Size k, const auto& load, const auto&) HWY_ATTR {
      T* const out = to.at(0, t) + k;
      transform<OutputAdjoint>(
          d,
          [&](int i, int j) HWY_ATTR {
            return i < tile.rows && j < tile.columns ? load(first + (i * width + j) * filters + k)
                                                     : hn::Zero(d);
          },
          [&](int i, int j, hn::Vec<decltype(d)> v)
              HWY_ATTR { hn::StoreU(v, d, out + (i * side_in + j) * to.plane); });
    });
  }
}

template <class T>
void dinputs(const Planes<T>& from, const Windows& w, Size tile0, Size count, T* dx) {
  const hn::ScalableTag<T> d;
  const Tiles tiles{w};
  for (Size t = 0; t < count; ++t) {
    const Inputs<T> out(dx, w, Tile(tiles, tile0 + t));
    for_each_channel_vector(
        d, w.channels, [&](Size c, const auto& load, const auto& keep) HWY_ATTR {
          const T* const in = from.at(0, t) + c;
          transform<InputAdjoint>(
              d,
              [&](int i, int j)
                  HWY_ATTR { return hn::LoadU(d, in + (i * side_in + j) * from.plane); },
              [&](int i, int j, hn::Vec<decltype(d)> v) HWY_ATTR {
                T* const to = out.at[static_cast<std::size_t>(i * side_in + j)];
                if (to != nullptr) keep(hn::Add(load(to + c), v), to + c);
              });
        });
  }
}

/// θ {3, 3, count} to {36, count}.
template <class T>
void kernel(const T* theta, Size plane, Size count, T* to) {
  const hn::ScalableTag<T> d;
  for_each_channel_vector(d, count, [&](Size k, const auto& load, const auto& keep) HWY_ATTR {
    transform<KernelMap>(
        d, [&](int i, int j) HWY_ATTR { return load(theta + (i * 3 + j) * plane + k); },
        [&](int i, int j, hn::Vec<decltype(d)> v)
            HWY_ATTR { keep(v, to + (i * side_in + j) * plane + k); });
  });
}

/// Adds the map of {36, channels, stride} to dθ {3, 3, channels, filters}.
template <class T>
void dkernel(const T* from, Size channels, Size filters, Size stride, T* dtheta) {
  const hn::ScalableTag<T> d;
  const Size plane = channels * stride;
  for (Size c = 0; c < channels; ++c) {
    for_each_channel_vector(d, filters, [&](Size k, const auto& load, const auto& keep) HWY_ATTR {
      transform<KernelAdjoint>(
          d,
          [&](int i, int j)
              HWY_ATTR { return load(from + (i * side_in + j) * plane + c * stride + k); },
          [&](int i, int j, hn::Vec<decltype(d)> v) HWY_ATTR {
            T* const to = dtheta + ((i * 3 + j) * channels + c) * filters + k;
            keep(hn::Add(load(to), v), to);
          });
    });
  }
}

TileKernels<float> float_kernels() {
  return {inputs<float>,  outputs<float>, doutputs<float>,
          dinputs<float>, kernel<float>,  dkernel<float>};
}
TileKernels<double> double_kernels() {
  return {inputs<double>,  outputs<double>, doutputs<double>,
          dinputs<double>, kernel<double>,  dkernel<double>};
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dtheta::winograd
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dtheta::winograd {

HWY_EXPORT(float_kernels);
HWY_EXPORT(double_kernels);

template <>
TileKernels<float> tile_kernels<float>() {
  return HWY_DYNAMIC_DISPATCH(float_kernels)();
}
template <>
TileKernels<double> tile_kernels<double>() {
  return HWY_DYNAMIC_DISPATCH(double_kernels)();
}

}  // namespace dtheta::winograd
#endif  // HWY_ONCE
