/// Direct convolution: windows are read where they lie, for inputs of few channels.
#pragma once

#include <concepts>
#include <span>

#include "dtheta/core/view.hpp"
#include "dtheta/math/activation.hpp"
#include "dtheta/math/panel_gemm.hpp"
#include "dtheta/math/window.hpp"

namespace dtheta {

/// With few channels a column matrix (math/im2col.hpp) costs more to make than to multiply. Here
/// the product of a sample takes its left factor from x itself: a window is `height` segments of
/// `width · channels` numbers, and the windows of a row of outputs begin a stride apart. Samples
/// with padding are first copied into a border of zeros.
///
/// All functions: x {m, h, w, c}, z {m, oh, ow, filters}, θ {window_size, filters}; safe from any
/// thread on disjoint outputs; every number is one chain of multiply-adds in a fixed order,
/// whatever m, and the same on AVX2 and AVX-512 (plain x86-64 does not fuse, so rounds twice).

/// Elements of scratch that the functions need for a convolution with so many filters.
template <std::floating_point T>
Size direct_scratch_size(const Windows& windows, Size filters);

/// a = g(x ∗ θ + b), equations (15), (16), overwritten; θ as panels.
template <std::floating_point T>
void direct_forward(View<const T> x, const Windows& windows, const PanelFactor<T>& theta,
                    View<const T> bias, const ActivationOptions& activation, View<T> a,
                    std::span<T> scratch);

/// dθ is added to, equation (17): sample by sample.
template <std::floating_point T>
void add_direct_dtheta(View<const T> x, const Windows& windows, View<const T> dz, View<T> dtheta,
                       std::span<T> scratch);

}  // namespace dtheta
