#include "dtheta/math/winograd.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/math/winograd.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#include "dtheta/math/activation_functions-inl.hpp"
#include "dtheta/math/panel_gemm.hpp"
#include "dtheta/math/winograd_transforms-inl.hpp"

#ifndef DTHETA_MATH_WINOGRAD_TYPES_
#define DTHETA_MATH_WINOGRAD_TYPES_
namespace dtheta {
namespace {

constexpr Size points = 36;  // of a tile, after its transform
constexpr Size side_in = 6;
constexpr Size side_out = 4;

/// Where the 36 planes {tiles, stride} of transformed tiles lie. A cache line between the planes
/// keeps the same place of all of them from falling on one set of the cache.
template <class T>
struct Planes {
  T* data;
  Size stride;  ///< elements from tile to tile: channels rounded up to whole panels
  Size plane;   ///< elements from plane to plane

  static Size plane_size(Size tiles, Size stride) {
    return tiles * stride + static_cast<Size>(64 / sizeof(T));
  }
  T* at(Size point, Size tile) const { return data + point * plane + tile * stride; }
};

/// The tiles that cover the outputs of m samples, numbered sample by sample, row by row.
struct Tiles {
  const Windows& windows;
  Size rows = (windows.vertical.output + side_out - 1) / side_out;
  Size columns = (windows.horizontal.output + side_out - 1) / side_out;
  Size per_sample() const { return rows * columns; }
};

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

/// What each instruction set offers; `tile0` and `count` name the tiles that fill the planes.
template <class T>
struct WinogradKernels {
  void (*inputs)(const T* x, const Windows& w, Size tile0, Size count, const Planes<T>& to);
  void (*outputs)(const Planes<T>& from, const Windows& w, Size filters, const T* bias,
                  const ActivationOptions& g, Size tile0, Size count, T* a);
  void (*doutputs)(const T* dz, const Windows& w, Size filters, Size tile0, Size count,
                   const Planes<T>& to);
  void (*dinputs)(const Planes<T>& from, const Windows& w, Size tile0, Size count, T* dx);
  void (*kernel)(const T* theta, Size plane, Size count, T* to);
  void (*dkernel)(const T* from, Size channels, Size filters, Size stride, T* dtheta);
};

}  // namespace
}  // namespace dtheta
#endif

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {

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
  with_activation<T>(activation, [&](const auto& g) HWY_ATTR {
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

WinogradKernels<float> float_kernels() {
  return {inputs<float>,  outputs<float>, doutputs<float>,
          dinputs<float>, kernel<float>,  dkernel<float>};
}
WinogradKernels<double> double_kernels() {
  return {inputs<double>,  outputs<double>, doutputs<double>,
          dinputs<double>, kernel<double>,  dkernel<double>};
}

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
WinogradKernels<T> kernels() {
  if constexpr (std::same_as<T, float>) {
    return HWY_DYNAMIC_DISPATCH(float_kernels)();
  } else {
    return HWY_DYNAMIC_DISPATCH(double_kernels)();
  }
}

/// Tiles that go through transforms and products together: their planes stay in the second-level
/// cache, and there are enough of them to be worth reading the kernels.
template <class T>
Size block_tiles(Size channels, Size filters, Size tiles) {
  constexpr Size cache = 384 * 1024 / static_cast<Size>(sizeof(T));
  constexpr Size rows = 12;  // a multiple of the rows of any tile of panel_gemm
  const Size fitting = cache / (points * (channels + filters));
  return std::min(tiles, std::max<Size>(fitting / rows, 2) * rows);
}

}  // namespace

bool winograd_applies(const Windows& w) {
  const auto fits = [](const WindowAxis& axis) { return axis.window == 3 && axis.stride == 1; };
  return fits(w.vertical) && fits(w.horizontal);
}

// Prepared: 36 packed kernels {channels, filters}, 36 packed transposes when for_dx, and room for
// the 36 maps before they are packed.
template <std::floating_point T>
Size winograd_prepared_size(Size channels, Size filters, bool for_dx) {
  const Size adjoint = for_dx ? filters * panel_padded<T>(channels) : 0;
  return points * (channels * panel_padded<T>(filters) + adjoint + channels * filters);
}

template <std::floating_point T>
void winograd_prepare(View<const T> theta, bool for_dx, std::span<T> prepared, Size part,
                      Size parts) {
  const Size channels = theta.dim(2), filters = theta.dim(3), kernel = channels * filters;
  const Size width = panel_width<T>(), in = panel_padded<T>(channels),
             out = panel_padded<T>(filters);
  // A share is some input channels, whole panels of the transposes.
  const PanelRange share{in / width * part / parts, in / width * (part + 1) / parts};
  const Size first = share.first * width, count = std::min(channels, share.end * width) - first;
  if (count <= 0) return;
  T* const adjoints = prepared.data() + points * channels * out;
  T* const mapped = adjoints + (for_dx ? points * filters * in : 0);
  kernels<T>().kernel(theta.data() + first * filters, kernel, count * filters,
                      mapped + first * filters);
  for (Size p = 0; p < points; ++p) {
    const T* const map = mapped + p * kernel;
    pack_panels<T>(View<const T>(map + first * filters, Shape{count, filters}),
                   prepared.data() + p * channels * out + first * width, channels * width);
    if (!for_dx) continue;
    pack_panels<T>(transposed(View<const T>(map, Shape{channels, filters})),
                   adjoints + p * filters * in, filters * width, share);
  }
}

template <std::floating_point T>
Size winograd_scratch_size(const Windows& w, Size filters, Size m) {
  const Size tiles = block_tiles<T>(w.channels, filters, m * Tiles{w}.per_sample());
  const Size in = panel_padded<T>(w.channels), out = panel_padded<T>(filters);
  return points *
         (Planes<T>::plane_size(tiles, in) + Planes<T>::plane_size(tiles, out) + w.channels * out);
}

template <std::floating_point T>
void winograd_forward(View<const T> x, const Windows& w, std::span<const T> prepared,
                      View<const T> bias, const ActivationOptions& activation, View<T> a,
                      std::span<T> scratch) {
  const Size filters = bias.size();
  const Size tiles = x.dim(0) * Tiles{w}.per_sample();
  const Size block = block_tiles<T>(w.channels, filters, tiles);
  const Size in = panel_padded<T>(w.channels), out = panel_padded<T>(filters);
  const Planes<T> x_planes{scratch.data(), in, Planes<T>::plane_size(block, in)};
  const Planes<T> z_planes{scratch.data() + points * x_planes.plane, out,
                           Planes<T>::plane_size(block, out)};
  const Size panels = w.channels * out;
  for (Size first = 0; first < tiles; first += block) {
    const Size count = std::min(block, tiles - first);
    kernels<T>().inputs(x.data(), w, first, count, x_planes);
    for (Size p = 0; p < points; ++p) {
      panel_gemm<T>(count, filters, w.channels, {x_planes.at(p, 0), in, 1},
                    PanelFactor<T>::packed(prepared.data() + p * panels, w.channels),
                    z_planes.at(p, 0), out, false);
    }
    kernels<T>().outputs(z_planes, w, filters, bias.data(), activation, first, count, a.data());
  }
}

template <std::floating_point T>
void winograd_backward(View<const T> x, const Windows& w, std::span<const T> prepared,
                       View<const T> dz, View<T> dtheta, View<T> dx, std::span<T> scratch) {
  const Size filters = dtheta.dim(3);
  const Size tiles = x.dim(0) * Tiles{w}.per_sample();
  const Size block = block_tiles<T>(w.channels, filters, tiles);
  const Size in = panel_padded<T>(w.channels), out = panel_padded<T>(filters);
  const Planes<T> x_planes{scratch.data(), in, Planes<T>::plane_size(block, in)};
  const Planes<T> z_planes{scratch.data() + points * x_planes.plane, out,
                           Planes<T>::plane_size(block, out)};
  T* const products = z_planes.data + points * z_planes.plane;          // {36, channels, out}
  const T* const panels = prepared.data() + points * w.channels * out;  // of the transposes
  const Size panel = filters * in;
  if (!dx.empty()) std::ranges::fill(dx.span(), T{0});
  for (Size first = 0; first < tiles; first += block) {
    const Size count = std::min(block, tiles - first);
    kernels<T>().inputs(x.data(), w, first, count, x_planes);
    kernels<T>().doutputs(dz.data(), w, filters, first, count, z_planes);
    for (Size p = 0; p < points; ++p) {
      panel_gemm<T>(w.channels, filters, count, {x_planes.at(p, 0), 1, in},
                    PanelFactor<T>::matrix(z_planes.at(p, 0), out), products + p * w.channels * out,
                    out, first > 0);
      if (dx.empty()) continue;
      panel_gemm<T>(count, w.channels, filters, {z_planes.at(p, 0), out, 1},
                    PanelFactor<T>::packed(panels + p * panel, filters), x_planes.at(p, 0), in,
                    false);  // x's planes have been used
    }
    if (!dx.empty()) kernels<T>().dinputs(x_planes, w, first, count, dx.data());
  }
  kernels<T>().dkernel(products, w.channels, filters, out, dtheta.data());
}

template Size winograd_prepared_size<float>(Size, Size, bool);
template Size winograd_prepared_size<double>(Size, Size, bool);
template void winograd_prepare(View<const float>, bool, std::span<float>, Size, Size);
template void winograd_prepare(View<const double>, bool, std::span<double>, Size, Size);
template Size winograd_scratch_size<float>(const Windows&, Size, Size);
template Size winograd_scratch_size<double>(const Windows&, Size, Size);
template void winograd_forward(View<const float>, const Windows&, std::span<const float>,
                               View<const float>, const ActivationOptions&, View<float>,
                               std::span<float>);
template void winograd_forward(View<const double>, const Windows&, std::span<const double>,
                               View<const double>, const ActivationOptions&, View<double>,
                               std::span<double>);
template void winograd_backward(View<const float>, const Windows&, std::span<const float>,
                                View<const float>, View<float>, View<float>, std::span<float>);
template void winograd_backward(View<const double>, const Windows&, std::span<const double>,
                                View<const double>, View<double>, View<double>, std::span<double>);

}  // namespace dtheta
#endif  // HWY_ONCE
