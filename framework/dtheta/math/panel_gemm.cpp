#include "dtheta/math/panel_gemm.hpp"

#include <algorithm>
#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/math/panel_gemm.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#ifndef DTHETA_MATH_PANEL_KERNELS_
#define DTHETA_MATH_PANEL_KERNELS_
namespace dtheta {
namespace {

/// What each instruction set offers; see the header.
template <class T>
struct PanelKernels {
  Size width;
  void (*pack)(const Factor<T>& b, T* panels);
  void (*multiply)(Size m, Size n, Size k, const StridedFactor<T>& a, const PanelFactor<T>& b, T* c,
                   Size c_stride, bool accumulate);
};

}  // namespace
}  // namespace dtheta
#endif

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

// A tile of C is two vectors wide and as many rows high as leave registers for them and one
// broadcast number of A.
constexpr int panel_vectors = 2;
#if HWY_TARGET <= HWY_AVX3
constexpr int tile_rows = 12;
#else
constexpr int tile_rows = 6;
#endif
// B is taken in blocks of so many rows and elements, which stay in the second-level cache while a
// tile's rows of A stay in the first.
constexpr Size k_block = 512;
constexpr Size cached = 48 * 1024;

template <class T>
Size width_of_panel() {
  return panel_vectors * static_cast<Size>(hn::Lanes(hn::ScalableTag<T>()));
}

/// `Rows` rows of C, one panel wide: everything stays in registers over k.
template <int Rows, class T>
HWY_INLINE void tile(Size k, const StridedFactor<T>& a, const T* HWY_RESTRICT b, Size b_stride,
                     T* HWY_RESTRICT c, Size c_stride, bool accumulate) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const Size lanes = static_cast<Size>(hn::Lanes(d));
  V sum[Rows][panel_vectors];
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < panel_vectors; ++v) {
      sum[r][v] = accumulate ? hn::LoadU(d, c + r * c_stride + v * lanes) : hn::Zero(d);
    }
  }
  for (Size p = 0; p < k; ++p, b += b_stride) {
    V row[panel_vectors];
    for (int v = 0; v < panel_vectors; ++v) row[v] = hn::LoadU(d, b + v * lanes);
    const T* column = a.data + p * a.column_stride;
    for (int r = 0; r < Rows; ++r) {
      const V number = hn::Set(d, column[r * a.row_stride]);
      for (int v = 0; v < panel_vectors; ++v) sum[r][v] = hn::MulAdd(number, row[v], sum[r][v]);
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < panel_vectors; ++v) {
      hn::StoreU(sum[r][v], d, c + r * c_stride + v * lanes);
    }
  }
}

/// A tile of `rows` ≤ Rows rows.
template <int Rows, class T>
HWY_INLINE void tile_of(Size rows, Size k, const StridedFactor<T>& a, const T* b, Size b_stride,
                        T* c, Size c_stride, bool accumulate) {
  if constexpr (Rows > 1) {
    if (rows < Rows) return tile_of<Rows - 1>(rows, k, a, b, b_stride, c, c_stride, accumulate);
  }
  tile<Rows>(k, a, b, b_stride, c, c_stride, accumulate);
}

/// A tile of which C has only the first `columns`: computed aside.
template <class T>
HWY_NOINLINE void ragged_tile(Size rows, Size columns, Size k, const StridedFactor<T>& a,
                              const T* b, Size b_stride, T* c, Size c_stride, bool accumulate) {
  const Size width = width_of_panel<T>();
  HWY_ALIGN_MAX T aside[tile_rows * panel_vectors * hn::MaxLanes(hn::ScalableTag<T>())] = {};
  for (Size r = 0; accumulate && r < rows; ++r) {
    std::copy_n(c + r * c_stride, columns, aside + r * width);
  }
  tile_of<tile_rows>(rows, k, a, b, b_stride, aside, width, accumulate);
  for (Size r = 0; r < rows; ++r) std::copy_n(aside + r * width, columns, c + r * c_stride);
}

/// Rows of a transposed matrix lie far apart: copies a tile of them, column after column.
template <class T>
HWY_INLINE StridedFactor<T> packed_rows(const StridedFactor<T>& a, Size k, T* HWY_RESTRICT to) {
  for (Size p = 0; p < k; ++p) {
    const T* from = a.data + p * a.column_stride;
    for (int r = 0; r < tile_rows; ++r) to[p * tile_rows + r] = from[r];
  }
  return {to, 1, tile_rows};
}

template <class T>
void multiply(Size m, Size n, Size k, const StridedFactor<T>& a, const PanelFactor<T>& b, T* c,
              Size c_stride, bool accumulate) {
  HWY_ALIGN_MAX T packed[tile_rows * k_block];
  const Size width = width_of_panel<T>();
  const bool pack = a.row_stride == 1 && n > 3 * width;  // used often enough to be worth a copy
  for (Size k0 = 0; k0 < k; k0 += k_block) {
    const Size depth = std::min(k_block, k - k0);
    const Size block = std::max<Size>(1, cached / (depth * width)) * width;
    for (Size n0 = 0; n0 < n; n0 += block) {
      for (Size i = 0; i < m; i += tile_rows) {
        const Size rows = std::min<Size>(tile_rows, m - i);
        StridedFactor<T> left{a.data + i * a.row_stride + k0 * a.column_stride, a.row_stride,
                              a.column_stride};
        if (pack && rows == tile_rows) left = packed_rows(left, depth, packed);
        for (Size j = n0; j < std::min(n, n0 + block); j += width) {
          const T* const panel = b.data + j / width * b.panel_stride + k0 * b.row_stride;
          T* const to = c + i * c_stride + j;
          const bool add = accumulate || k0 > 0;
          if (n - j >= width) {
            tile_of<tile_rows>(rows, depth, left, panel, b.row_stride, to, c_stride, add);
          } else {
            ragged_tile(rows, n - j, depth, left, panel, b.row_stride, to, c_stride, add);
          }
        }
      }
    }
  }
}

template <class T>
void pack(const Factor<T>& b, T* HWY_RESTRICT panels) {
  const Size width = width_of_panel<T>();
  const Size k = b.rows();
  const Size n = b.columns();
  const Size row_stride = b.is_transposed ? 1 : n;
  const Size column_stride = b.is_transposed ? k : 1;
  for (Size j = 0; j < n; j += width) {
    const Size columns = std::min(width, n - j);
    const T* from = b.matrix.data() + j * column_stride;
    for (Size p = 0; p < k; ++p, panels += width, from += row_stride) {
      for (Size q = 0; q < columns; ++q) panels[q] = from[q * column_stride];
      for (Size q = columns; q < width; ++q) panels[q] = 0;
    }
  }
}

PanelKernels<float> float_kernels() {
  return {width_of_panel<float>(), pack<float>, multiply<float>};
}
PanelKernels<double> double_kernels() {
  return {width_of_panel<double>(), pack<double>, multiply<double>};
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
PanelKernels<T> kernels() {
  if constexpr (std::same_as<T, float>) {
    return HWY_DYNAMIC_DISPATCH(float_kernels)();
  } else {
    return HWY_DYNAMIC_DISPATCH(double_kernels)();
  }
}

}  // namespace

template <std::floating_point T>
Size panel_width() {
  return kernels<T>().width;
}

template <std::floating_point T>
void pack_panels(const Factor<std::type_identity_t<T>>& b, std::span<T> panels) {
  assert(static_cast<Size>(panels.size()) >= b.rows() * panel_padded<T>(b.columns()));
  kernels<T>().pack(b, panels.data());
}

template <std::floating_point T>
void panel_gemm(Size m, Size n, Size k, const StridedFactor<T>& a, const PanelFactor<T>& b, T* c,
                Size c_stride, bool accumulate) {
  kernels<T>().multiply(m, n, k, a, b, c, c_stride, accumulate);
}

template Size panel_width<float>();
template Size panel_width<double>();
template void pack_panels(const Factor<float>&, std::span<float>);
template void pack_panels(const Factor<double>&, std::span<double>);
template void panel_gemm(Size, Size, Size, const StridedFactor<float>&, const PanelFactor<float>&,
                         float*, Size, bool);
template void panel_gemm(Size, Size, Size, const StridedFactor<double>&, const PanelFactor<double>&,
                         double*, Size, bool);

}  // namespace dtheta
#endif  // HWY_ONCE
