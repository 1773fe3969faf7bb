/// Max and average pooling over windows of NHWC samples: vector kernels over channels. The bits do
/// not depend on the width of a vector.
#pragma once

#include <concepts>

#include "dtheta/core/view.hpp"
#include "dtheta/math/window.hpp"

namespace dtheta {

/// x {m, h, w, c} → y {m, output h, output w, c}, overwritten: the largest number of each window
/// and channel; NaN if there is one.
template <std::floating_point T>
void max_pool(View<const T> x, const Windows& windows, View<T> y);

/// dx {m, h, w, c}, overwritten, from dy {m, output h, output w, c}: each dy goes to the first
/// (row-major) number of its window that equals y, or is NaN where y is.
template <std::floating_point T>
void max_pool_backward(View<const T> x, View<const T> y, View<const T> dy, const Windows& windows,
                       View<T> dx);

/// x {m, h, w, c} → y {m, output h, output w, c}, overwritten: the average over those of a window's
/// numbers that are not padding.
template <std::floating_point T>
void average_pool(View<const T> x, const Windows& windows, View<T> y);

/// dx {m, h, w, c}, overwritten, from dy {m, output h, output w, c}: each number of a window that
/// is not padding gets an equal part of its dy.
template <std::floating_point T>
void average_pool_backward(View<const T> dy, const Windows& windows, View<T> dx);

}  // namespace dtheta
