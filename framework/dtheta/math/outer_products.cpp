#include "dtheta/math/outer_products.hpp"

#include <algorithm>
#include <cassert>

#include "dtheta/math/panel_gemm.hpp"

namespace dtheta {
namespace {

/// How far apart rows of a group of inputs lie, where `rows` of them find room in the second-level
/// cache: a panel more than the group, since rows a power of two apart would all fall into the same
/// few lines of the first level.
template <class T>
Size group_stride(Size rows, Size inputs) {
  constexpr Size cache = 256 * 1024 / static_cast<Size>(sizeof(T));
  const Size width = panel_width<T>();
  const Size panels = std::max<Size>(2, cache / rows / width);
  return std::min(panels * width, panel_padded<T>(inputs) + width);
}

/// dw {inputs of the group, units} += made {units, ...}ᵀ.
template <class T>
void add_transposed(const T* made, Size stride, View<T> dw) {
  const Size units = dw.dim(1);
  for (Size i = 0; i < dw.dim(0); ++i) {
    T* const row = dw.data() + i * units;
    for (Size unit = 0; unit < units; ++unit) row[unit] += made[unit * stride + i];
  }
}

}  // namespace

template <std::floating_point T>
Size outer_products_scratch_size(Size m, Size inputs, Size units) {
  return (m + units) * group_stride<T>(m + units, inputs);
}

template <std::floating_point T>
void add_outer_products(View<const T> x, View<const T> dz, View<T> dw, std::span<T> scratch) {
  const Size m = x.dim(0), inputs = x.dim(1), units = dz.dim(1);
  const Size width = panel_width<T>();
  const Size room = static_cast<Size>(scratch.size()) / (m + units) / width * width;
  assert(room >= 2 * width);
  const Size stride = std::min(room, group_stride<T>(m + units, inputs));
  T* const columns = scratch.data();
  T* const made = columns + m * stride;
  for (Size first = 0; first < inputs; first += stride - width) {
    const Size count = std::min(stride - width, inputs - first);
    for (Size n = 0; n < m; ++n) {
      std::copy_n(x.data() + n * inputs + first, count, columns + n * stride);
    }
    panel_gemm<T>(units, count, m, {.data = dz.data(), .row_stride = 1, .column_stride = units},
                  PanelFactor<T>::matrix(columns, stride), made, stride, false);
    add_transposed(made, stride, dw.rows(first, count));
  }
}

template Size outer_products_scratch_size<float>(Size, Size, Size);
template Size outer_products_scratch_size<double>(Size, Size, Size);
template void add_outer_products(View<const float>, View<const float>, View<float>,
                                 std::span<float>);
template void add_outer_products(View<const double>, View<const double>, View<double>,
                                 std::span<double>);

}  // namespace dtheta
