/// im2col and its adjoint: convolution as a matrix product, equations (15), (17) and (19).
#pragma once

#include <concepts>

#include "dtheta/core/view.hpp"
#include "dtheta/math/window.hpp"

namespace dtheta {

/// Rows `first`, ... of the column matrix of x {m, h, w, c}, as many as `columns` {rows,
/// window_size} has, overwritten.
///
/// The column matrix has a row a window, n-th sample by sample, row-major within a sample; the row
/// holds the window's numbers as {window height, window width, c}, zero in the padding. So z of
/// equation (15) is columns · θ for a kernel θ {window height, window width, c, filters}. Any range
/// of rows can be had, across samples too, so that a tile of it fits a cache.
template <std::floating_point T>
void im2col(View<const T> x, const Windows& windows, Size first, View<T> columns);

/// The adjoint of im2col: adds each number of `columns` {rows, window_size} to the number of
/// dx {m, h, w, c} that im2col would have taken it from; the padding's are dropped. Equation (19),
/// with dcolumns = dz · θᵀ. dx is added to, in the order of rows.
template <std::floating_point T>
void add_col2im(View<const T> columns, const Windows& windows, Size first, View<T> dx);

}  // namespace dtheta
