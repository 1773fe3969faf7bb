#include "dtheta/math/winograd.hpp"

#include <algorithm>

#include "dtheta/math/panel_gemm.hpp"
#include "dtheta/math/winograd_tiles.hpp"

namespace dtheta {
namespace {

using winograd::Planes;
using winograd::points;
using winograd::tile_kernels;
using winograd::Tiles;

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
  const auto fits = [](const WindowAxis& axis) {
    return axis.window == 3 && axis.stride == 1 && axis.dilation == 1;
  };
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
  tile_kernels<T>().kernel(theta.data() + first * filters, kernel, count * filters,
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
    tile_kernels<T>().inputs(x.data(), w, first, count, x_planes);
    for (Size p = 0; p < points; ++p) {
      panel_gemm<T>(count, filters, w.channels, {x_planes.at(p, 0), in, 1},
                    PanelFactor<T>::packed(prepared.data() + p * panels, w.channels),
                    z_planes.at(p, 0), out, false);
    }
    tile_kernels<T>().outputs(z_planes, w, filters, bias.data(), activation, first, count,
                              a.data());
  }
}

template <std::floating_point T>
void winograd_backward(View<const T> x, const Windows& w, std::span<const T> prepared,
                       View<const T> dz, View<T> dtheta, View<T> dx, std::span<T> scratch) {
  const Size filters = dz.dim(3);
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
    if (!dtheta.empty()) tile_kernels<T>().inputs(x.data(), w, first, count, x_planes);
    tile_kernels<T>().doutputs(dz.data(), w, filters, first, count, z_planes);
    for (Size p = 0; p < points; ++p) {
      if (!dtheta.empty()) {
        panel_gemm<T>(w.channels, filters, count, {x_planes.at(p, 0), 1, in},
                      PanelFactor<T>::matrix(z_planes.at(p, 0), out),
                      products + p * w.channels * out, out, first > 0);
      }
      if (dx.empty()) continue;
      panel_gemm<T>(count, w.channels, filters, {z_planes.at(p, 0), out, 1},
                    PanelFactor<T>::packed(panels + p * panel, filters), x_planes.at(p, 0), in,
                    false);  // x's planes have been used
    }
    if (!dx.empty()) tile_kernels<T>().dinputs(x_planes, w, first, count, dx.data());
  }
  if (dtheta.empty()) return;
  tile_kernels<T>().dkernel(products, w.channels, filters, out, dtheta.data());
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
