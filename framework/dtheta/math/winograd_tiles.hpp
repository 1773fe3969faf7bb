/// Winograd's maps over tiles: what math/winograd.cpp puts between its matrix products.
#pragma once

#include <array>
#include <concepts>

#include "dtheta/math/activation.hpp"
#include "dtheta/math/window.hpp"

namespace dtheta::winograd {

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

/// The maps, for one instruction set; `tile0` and `count` name the tiles that fill the planes.
template <class T>
struct TileKernels {
  void (*inputs)(const T* x, const Windows& w, Size tile0, Size count, const Planes<T>& to);
  void (*outputs)(const Planes<T>& from, const Windows& w, Size filters, const T* bias,
                  const ActivationOptions& g, Size tile0, Size count, T* a);
  void (*doutputs)(const T* dz, const Windows& w, Size filters, Size tile0, Size count,
                   const Planes<T>& to);
  void (*dinputs)(const Planes<T>& from, const Windows& w, Size tile0, Size count, T* dx);
  void (*kernel)(const T* theta, Size plane, Size count, T* to);
  void (*dkernel)(const T* from, Size channels, Size filters, Size stride, T* dtheta);
};

/// Those of the best instruction set of this CPU.
template <std::floating_point T>
TileKernels<T> tile_kernels();

}  // namespace dtheta::winograd
