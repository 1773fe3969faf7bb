/// Depthwise convolution: a filter for each channel, vector kernels over channels.
#pragma once

#include <concepts>

#include "dtheta/core/view.hpp"
#include "dtheta/math/window.hpp"

namespace dtheta {

// All: x {m, h, w, c}, z {m, output h, output w, c}, θ {window height · window width, c}. Equations
// (15), (17) and (19) without their sum over channels. Safe from any thread on disjoint outputs;
// the bits do not depend on m; AVX2 and AVX-512 give the same.

/// z, overwritten: x ∗ θ, without a bias.
template <std::floating_point T>
void depthwise_forward(View<const T> x, const Windows& windows, View<const T> theta, View<T> z);

/// dθ, unless empty, is added to, window by window; dx, unless empty, is overwritten.
template <std::floating_point T>
void depthwise_backward(View<const T> x, const Windows& windows, View<const T> theta,
                        View<const T> dz, View<T> dtheta, View<T> dx);

}  // namespace dtheta
