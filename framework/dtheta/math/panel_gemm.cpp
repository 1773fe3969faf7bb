#include "dtheta/math/panel_gemm.hpp"

#include <algorithm>
#include <cassert>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/math/panel_gemm.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#include "dtheta/math/panel_tiles-inl.hpp"

#ifndef DTHETA_MATH_PANEL_KERNELS_
#define DTHETA_MATH_PANEL_KERNELS_
namespace dtheta {
namespace {

/// What each instruction set offers; see the header.
template <class T>
struct PanelKernels {
  Size width;
  Size height;
  void (*pack)(const Factor<T>& b, Size width, T* panels, Size panel_stride,
               const PanelRange& range);
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

// B is taken in blocks of so many rows and elements, which stay in the second-level cache while a
// tile's rows of A stay in the first.
constexpr Size k_block = 512;
constexpr Size cached = 48 * 1024;

// Columns of A further apart than this, in elements, are worth a copy: each is another line.
constexpr Size far_apart = 32;

/// Rows of a transposed matrix lie far apart: copies a tile of them, column after column.
template <class T>
HWY_INLINE StridedFactor<T> packed_rows(const StridedFactor<T>& a, Size k, T* HWY_RESTRICT to) {
  for (Size p = 0; p < k; ++p) {
    const T* from = a.data + p * a.column_stride;
    for (int r = 0; r < tile_rows; ++r) to[p * tile_rows + r] = from[r];
  }
  return {.data = to, .row_stride = 1, .column_stride = tile_rows};
}

/// C of so few columns that one vector holds them: twice the rows keep the multipliers busy.
///
/// Where rows of C follow one another, a tile may write what surplus lanes hold into the rows after
/// it, which are written next.
template <class T>
void multiply_narrow(Size m, Size n, Size k, const StridedFactor<T>& a, const PanelFactor<T>& b,
                     T* c, Size c_stride, bool accumulate) {
  const Size lanes = static_cast<Size>(hn::Lanes(hn::ScalableTag<T>()));
  const bool may_spill = !accumulate && c_stride == n;
  StridedFactor<T> run = a;
  for (Size first = 0; first < m; first += std::min(m, a.run), run.data += a.run_stride) {
    const Size end = first + std::min(a.run, m - first);
    StridedFactor<T> left = run;
    for (Size i = first; i < end; i += narrow_rows, left.data += narrow_rows * a.row_stride) {
      const Size rows = std::min<Size>(narrow_rows, end - i);
      T* const to = c + i * c_stride;
      if (n == lanes || (may_spill && (m - i - rows + 1) * n >= lanes)) {
        tile_of<narrow_rows, 1>(rows, n, k, left, b.data, b.row_stride, to, c_stride, accumulate);
      } else {
        ragged_tile<narrow_rows, 1>(rows, n, k, left, b.data, b.row_stride, to, c_stride,
                                    accumulate);
      }
    }
  }
}

/// Rows of the next tile, of `left` that are to be shared out evenly: a tile of one or two rows has
/// too few sums to keep the multipliers busy.
constexpr Size balanced_rows(Size left) {
  const Size tiles = (left + tile_rows - 1) / tile_rows;
  return (left + tiles - 1) / tiles;
}

/// `rows` rows of one tile of A times the columns [n0, n1) of B, of which C has n.
template <class T>
HWY_INLINE void multiply_tile(Size rows, Size n0, Size n1, Size n, Size k,
                              const StridedFactor<T>& a, const PanelFactor<T>& b, T* c,
                              Size c_stride, bool accumulate) {
  const Size width = width_of_panel<T>();
  const T* panel = b.data + n0 / width * b.panel_stride;
  for (Size j = n0; j < n1; j += width, panel += b.panel_stride) {
    if (n - j >= width) {
      tile_of<tile_rows, 2>(rows, width, k, a, panel, b.row_stride, c + j, c_stride, accumulate);
    } else if (2 * (n - j) > width) {
      ragged_tile<tile_rows, 2>(rows, n - j, k, a, panel, b.row_stride, c + j, c_stride,
                                accumulate);
    } else {
      ragged_tile<tile_rows, 1>(rows, n - j, k, a, panel, b.row_stride, c + j, c_stride,
                                accumulate);
    }
  }
}

template <class T>
void multiply(Size m, Size n, Size k, const StridedFactor<T>& a, const PanelFactor<T>& b, T* c,
              Size c_stride, bool accumulate) {
  const Size width = width_of_panel<T>();
  if (2 * n <= width) return multiply_narrow(m, n, k, a, b, c, c_stride, accumulate);
  HWY_ALIGN_MAX T packed[tile_rows * k_block];
  const bool is_whole = a.segment >= k;
  // Used often enough to be worth a copy?
  const bool pack = a.row_stride == 1 && a.run > tile_rows && is_whole && n > 3 * width &&
                    a.column_stride > far_apart;
  const Size step = is_whole ? k_block : k;
  for (Size k0 = 0; k0 < k; k0 += step) {
    const Size depth = std::min(step, k - k0);
    const Size block = std::max<Size>(1, cached / (depth * width)) * width;
    const PanelFactor<T> right{b.data + k0 * b.row_stride, b.panel_stride, b.row_stride};
    for (Size n0 = 0; n0 < n; n0 += block) {
      StridedFactor<T> run = a;
      run.data += k0 * a.column_stride;
      for (Size first = 0; first < m; first += std::min(m, a.run), run.data += a.run_stride) {
        const Size end = first + std::min(a.run, m - first);
        StridedFactor<T> left = run;
        for (Size i = first, rows = 0; i < end; i += rows, left.data += rows * a.row_stride) {
          rows = pack ? std::min<Size>(tile_rows, end - i) : balanced_rows(end - i);
          const bool is_full = rows == tile_rows;
          multiply_tile(rows, n0, std::min(n, n0 + block), n, depth,
                        pack && is_full ? packed_rows(left, depth, packed) : left, right,
                        c + i * c_stride, c_stride, accumulate || k0 > 0);
        }
      }
    }
  }
}

/// Copies `columns` numbers and puts zeros up to `width` behind them. `may_overrun`: as much as
/// whole vectors reach beyond may be read and, because it is written next, overwritten.
template <class T>
HWY_INLINE void copy_row(const T* HWY_RESTRICT from, Size columns, Size width, bool may_overrun,
                         T* HWY_RESTRICT to) {
  const hn::ScalableTag<T> d;
  const Size lanes = static_cast<Size>(hn::Lanes(d));
  if (may_overrun) {
    for (Size q = 0; q < width; q += lanes) hn::StoreU(hn::LoadU(d, from + q), d, to + q);
    return;
  }
  for (Size q = 0; q < columns; ++q) to[q] = from[q];
  for (Size q = columns; q < width; ++q) to[q] = 0;
}

/// Panels of `width` columns of a matrix {k, n}; some side by side, so that rows are read in runs.
template <class T>
void pack_plain(View<const T> b, Size width, T* HWY_RESTRICT panels, Size panel_stride,
                const PanelRange& range) {
  constexpr Size side_by_side = 8;
  const Size k = b.dim(0), n = b.dim(1);
  const Size lanes = static_cast<Size>(hn::Lanes(hn::ScalableTag<T>()));
  const Size reach = (width + lanes - 1) / lanes * lanes;  // of whole vectors
  for (Size j0 = range.first; j0 < range.end; j0 += side_by_side) {
    const Size j1 = std::min(range.end, j0 + side_by_side);
    for (Size p = 0; p < k; ++p) {
      T* to = panels + (j0 - range.first) * panel_stride + p * width;
      for (Size j = j0; j < j1; ++j, to += panel_stride) {
        const bool may_overrun = j * width + reach <= n && (p + 1 < k || reach == width);
        copy_row(b.data() + p * n + j * width, std::min(width, n - j * width), width, may_overrun,
                 to);
      }
    }
  }
}

/// The same of the transpose of a matrix {n, k}.
template <class T>
void pack_transpose(View<const T> b, Size width, T* HWY_RESTRICT panels, Size panel_stride,
                    const PanelRange& range) {
  const Size n = b.dim(0), k = b.dim(1);
  for (Size j = range.first; j < range.end; ++j) {
    const Size columns = std::min(width, n - j * width);
    const T* from = b.data() + j * width * k;
    T* to = panels + (j - range.first) * panel_stride;
    for (Size p = 0; p < k; ++p, ++from, to += width) {
      for (Size q = 0; q < columns; ++q) to[q] = from[q * k];
      for (Size q = columns; q < width; ++q) to[q] = 0;
    }
  }
}

template <class T>
void pack(const Factor<T>& b, Size width, T* panels, Size panel_stride, const PanelRange& range) {
  const PanelRange existing{range.first, std::min(range.end, (b.columns() + width - 1) / width)};
  if (b.is_transposed) {
    pack_transpose(b.matrix, width, panels, panel_stride, existing);
  } else {
    pack_plain(b.matrix, width, panels, panel_stride, existing);
  }
}

PanelKernels<float> float_kernels() {
  return {width_of_panel<float>(), tile_rows, pack<float>, multiply<float>};
}
PanelKernels<double> double_kernels() {
  return {width_of_panel<double>(), tile_rows, pack<double>, multiply<double>};
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
Size panel_height() {
  assert(panel_rows % kernels<T>().height == 0);
  return kernels<T>().height;
}

template <std::floating_point T>
void pack_panels(const Factor<std::type_identity_t<T>>& b, T* panels, Size panel_stride,
                 const PanelRange& range) {
  assert(panel_stride >= b.rows() * panel_width<T>());
  kernels<T>().pack(b, kernels<T>().width, panels + range.first * panel_stride, panel_stride,
                    range);
}

template <std::floating_point T>
void pack_rows(View<const std::type_identity_t<T>> a_transposed, T* tiles, Size tile_stride) {
  assert(tile_stride >= a_transposed.dim(0) * panel_height<T>());
  kernels<T>().pack(a_transposed, kernels<T>().height, tiles, tile_stride, {});
}

template <std::floating_point T>
void panel_gemm(Size m, Size n, Size k, const StridedFactor<T>& a, const PanelFactor<T>& b, T* c,
                Size c_stride, bool accumulate) {
  kernels<T>().multiply(m, n, k, a, b, c, c_stride, accumulate);
}

template Size panel_width<float>();
template Size panel_width<double>();
template Size panel_height<float>();
template Size panel_height<double>();
template void pack_panels(const Factor<float>&, float*, Size, const PanelRange&);
template void pack_panels(const Factor<double>&, double*, Size, const PanelRange&);
template void pack_rows(View<const float>, float*, Size);
template void pack_rows(View<const double>, double*, Size);
template void panel_gemm(Size, Size, Size, const StridedFactor<float>&, const PanelFactor<float>&,
                         float*, Size, bool);
template void panel_gemm(Size, Size, Size, const StridedFactor<double>&, const PanelFactor<double>&,
                         double*, Size, bool);

}  // namespace dtheta
#endif  // HWY_ONCE
