/// Vector kernels over the columns of matrices {m, k}, k the channels: what normalization is made
/// of. Safe from any thread on disjoint outputs. The bits depend on the operands only: rows are
/// taken in their order, and no product is fused with a sum.
#pragma once

#include <concepts>
#include <span>

#include "dtheta/core/view.hpp"

namespace dtheta {

/// sums {2·k}: to the first k numbers Σ u, to the others Σ u ⊙ v are added, over the rows of
/// u {m, k} and v {m, k}; in double.
template <std::floating_point T>
void add_column_moments(View<const T> u, View<const T> v, std::span<double> sums);

/// Coefficients of an affine map of each column, {k} each.
template <std::floating_point T>
struct ColumnMap {
  std::span<T> shift;
  std::span<T> slope;
  std::span<T> offset;
  std::span<T> weight = {};
};

/// y {m, k} = (x − shift) ⊙ slope + offset.
template <std::floating_point T>
void map_columns(View<const T> x, const ColumnMap<T>& map, View<T> y);

/// y {m, k} = (x − shift) ⊙ slope + offset + u ⊙ weight.
template <std::floating_point T>
void map_columns(View<const T> x, View<const T> u, const ColumnMap<T>& map, View<T> y);

}  // namespace dtheta
