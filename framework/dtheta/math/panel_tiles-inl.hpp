/// The innermost loops of panel products: tiles of C that stay in registers.
// No `#pragma once`: Highway's toggle lets each instruction set see this header once.
#if defined(DTHETA_MATH_PANEL_TILES_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef DTHETA_MATH_PANEL_TILES_INL_HPP_
#undef DTHETA_MATH_PANEL_TILES_INL_HPP_
#else
#define DTHETA_MATH_PANEL_TILES_INL_HPP_
#endif

#include <algorithm>

#include <hwy/highway.h>

#include "dtheta/math/panel_gemm.hpp"

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A tile of C is two vectors wide and as many rows high as leave registers for them and one
// broadcast number of A.
constexpr int panel_vectors = 2;
constexpr int narrow_rows = 12;
#if HWY_TARGET <= HWY_AVX3
constexpr int tile_rows = 12;
#else
constexpr int tile_rows = 6;
#endif

template <class T>
Size width_of_panel() {
  return panel_vectors * static_cast<Size>(hn::Lanes(hn::ScalableTag<T>()));
}

/// `Rows` rows of C, one panel or its first vector wide: everything stays in registers over k.
/// `IsRagged`: C has only the first `columns` of these.
template <int Rows, int Vectors, bool IsRagged, class T>
HWY_INLINE void tile(Size columns, Size k, const StridedFactor<T>& a, const T* HWY_RESTRICT b,
                     Size b_stride, T* HWY_RESTRICT c, Size c_stride, bool accumulate) {
  const hn::ScalableTag<T> d;
  using V = hn::Vec<decltype(d)>;
  const Size lanes = static_cast<Size>(hn::Lanes(d));
  hn::Mask<decltype(d)> mask[Vectors];
  for (int v = 0; v < Vectors; ++v) {
    mask[v] = hn::FirstN(d, static_cast<std::size_t>(std::max<Size>(0, columns - v * lanes)));
  }
  V sum[Rows][Vectors];
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) {
      const T* const from = c + r * c_stride + v * lanes;
      if constexpr (IsRagged) {
        sum[r][v] = accumulate ? hn::MaskedLoad(mask[v], d, from) : hn::Zero(d);
      } else {
        sum[r][v] = accumulate ? hn::LoadU(d, from) : hn::Zero(d);
      }
    }
  }
  // A pointer for three rows: the other two are one scaled index away, and all fit the registers.
  constexpr int triples = (Rows + 2) / 3;
  const T* segment = a.data;
  for (Size left = k; left > 0; left -= a.segment, segment += a.segment_stride) {
    const T* column[triples];
    for (int t = 0; t < triples; ++t) column[t] = segment + 3 * t * a.row_stride;
    for (Size p = std::min(left, a.segment); p > 0; --p, b += b_stride) {
      V row[Vectors];
      for (int v = 0; v < Vectors; ++v) row[v] = hn::LoadU(d, b + v * lanes);
      for (int r = 0; r < Rows; ++r) {
        const V number = hn::Set(d, column[r / 3][r % 3 * a.row_stride]);
        for (int v = 0; v < Vectors; ++v) sum[r][v] = hn::MulAdd(number, row[v], sum[r][v]);
      }
      for (int t = 0; t < triples; ++t) column[t] += a.column_stride;
    }
  }
  for (int r = 0; r < Rows; ++r) {
    for (int v = 0; v < Vectors; ++v) {
      T* const to = c + r * c_stride + v * lanes;
      if constexpr (IsRagged) {
        hn::BlendedStore(sum[r][v], mask[v], d, to);
      } else {
        hn::StoreU(sum[r][v], d, to);
      }
    }
  }
}

/// A tile of `rows` ≤ Rows rows.
template <int Rows, int Vectors, bool IsRagged = false, class T>
HWY_INLINE void tile_of(Size rows, Size columns, Size k, const StridedFactor<T>& a, const T* b,
                        Size b_stride, T* c, Size c_stride, bool accumulate) {
  if constexpr (Rows > 1) {
    if (rows < Rows) {
      return tile_of<Rows - 1, Vectors, IsRagged>(rows, columns, k, a, b, b_stride, c, c_stride,
                                                  accumulate);
    }
  }
  tile<Rows, Vectors, IsRagged>(columns, k, a, b, b_stride, c, c_stride, accumulate);
}

template <int Rows, int Vectors, class T>
HWY_NOINLINE void ragged_tile(Size rows, Size columns, Size k, const StridedFactor<T>& a,
                              const T* b, Size b_stride, T* c, Size c_stride, bool accumulate) {
  tile_of<Rows, Vectors, true>(rows, columns, k, a, b, b_stride, c, c_stride, accumulate);
}

}  // namespace HWY_NAMESPACE
}  // namespace dtheta
HWY_AFTER_NAMESPACE();

#endif  // per target
