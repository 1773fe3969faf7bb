/// Matrix products whose right factor is packed once and used many times.
#pragma once

#include <concepts>
#include <limits>
#include <span>

#include "dtheta/core/view.hpp"
#include "dtheta/math/blas.hpp"

namespace dtheta {

/// Columns of a panel: a few vectors of the vector unit in use.
template <std::floating_point T>
Size panel_width();

/// Rows of the left factor that are multiplied together; divides `panel_rows`.
template <std::floating_point T>
Size panel_height();

/// A multiple of panel_height() on every vector unit.
constexpr Size panel_rows = 24;

/// n rounded up to whole panels.
template <std::floating_point T>
Size panel_padded(Size n) {
  const Size width = panel_width<T>();
  return (n + width - 1) / width * width;
}

/// The left factor A {m, k} of a product: a matrix, its transpose, a window on either, or windows
/// of a convolution read in place. Rows may come in runs and columns in segments, with a jump after
/// each: element (i, p) lies at
///
///   data[i / run · run_stride + i % run · row_stride +
///        p / segment · segment_stride + p % segment · column_stride].
template <std::floating_point T>
struct StridedFactor {
  const T* data = nullptr;
  Size row_stride = 0;
  Size column_stride = 1;
  Size run = std::numeric_limits<Size>::max();
  Size run_stride = 0;
  Size segment = std::numeric_limits<Size>::max();
  Size segment_stride = 0;

  /// What pack_rows wrote with this tile stride.
  static StridedFactor packed(const T* tiles, Size tile_stride) {
    return {tiles, 1, panel_height<T>(), panel_height<T>(), tile_stride};
  }
};

/// The right factor B {k, n} cut into panels of panel_width() neighbouring columns: element (p, j)
/// at data[j / width · panel_stride + p · row_stride + j % width]. Up to panel_padded(n) columns
/// are read; what the surplus ones hold does not matter.
template <std::floating_point T>
struct PanelFactor {
  const T* data = nullptr;
  Size panel_stride = 0;
  Size row_stride = 0;

  /// What pack_panels wrote.
  static PanelFactor packed(const T* panels, Size k) {
    return {panels, k * panel_width<T>(), panel_width<T>()};
  }
  /// A row-major matrix whose rows begin `stride` elements apart. What lies beyond its last column,
  /// up to panel_padded(n), has to be readable in every row, the last one's too.
  static PanelFactor matrix(const T* data, Size stride) { return {data, panel_width<T>(), stride}; }
};

/// Panels first, ..., end − 1; all of them by default.
struct PanelRange {
  Size first = 0;
  Size end = std::numeric_limits<Size>::max();
};

/// Packs B {k, n} into panels: panel j holds its columns of row 0, of row 1, ... one after another,
/// zeros beyond n. The panels begin `panel_stride` ≥ k · panel_width() elements apart. Only the
/// panels of `range` are written.
template <std::floating_point T>
void pack_panels(const Factor<std::type_identity_t<T>>& b, T* panels, Size panel_stride,
                 const PanelRange& range = {});

/// Packs Aᵀ {k, m}, row-major, for use as the left factor A {m, k}: tile i holds its columns of
/// row 0, of row 1, ... one after another, zeros beyond m. The tiles begin `tile_stride` ≥ k ·
/// panel_height() elements apart.
template <std::floating_point T>
void pack_rows(View<const std::type_identity_t<T>> a_transposed, T* tiles, Size tile_stride);

/// C {m, n} = A {m, k} · B {k, n}, or C += A · B when `accumulate`. Rows of C begin `c_stride`
/// elements apart; nothing is written beyond column n.
///
/// Every element is one chain of fused multiply-adds in the order of k, so its bits depend on the
/// operands only, not on which rows or columns are computed together; AVX2 and AVX-512 give the
/// same (plain x86-64 does not fuse, so rounds twice).
/// Runs on the calling thread; safe from any number of threads on disjoint C.
template <std::floating_point T>
void panel_gemm(Size m, Size n, Size k, const StridedFactor<T>& a, const PanelFactor<T>& b, T* c,
                Size c_stride, bool accumulate);

/// Where the two packings of a kernel W {k, n} lie: panels of W for x · W and, `with_adjoint`,
/// panels of Wᵀ for dz · Wᵀ. A value; the memory is the caller's.
template <std::floating_point T>
struct KernelPanels {
  Size k = 0;
  Size n = 0;
  bool with_adjoint = false;

  Size forward_size() const { return k * panel_padded<T>(n); }
  Size size() const { return forward_size() + (with_adjoint ? n * panel_padded<T>(k) : 0); }

  /// Overwrites share `part` of `parts` of `panels` {size()}.
  void pack(View<const T> w, std::span<T> panels, Size part = 0, Size parts = 1) const {
    const auto share = [&](Size columns) {
      const Size count = panel_padded<T>(columns) / panel_width<T>();
      return PanelRange{count * part / parts, count * (part + 1) / parts};
    };
    pack_panels<T>(w, panels.data(), k * panel_width<T>(), share(n));
    if (!with_adjoint) return;
    pack_panels<T>(transposed(w), panels.data() + forward_size(), n * panel_width<T>(), share(k));
  }

  PanelFactor<T> forward(const T* panels) const { return PanelFactor<T>::packed(panels, k); }
  PanelFactor<T> adjoint(const T* panels) const {
    return PanelFactor<T>::packed(panels + forward_size(), n);
  }
};

}  // namespace dtheta
