/// Winograd's minimal filtering F(4×4, 3×3): 3×3 convolution with a quarter of the multiplications.
#pragma once

#include <concepts>
#include <span>

#include "dtheta/core/view.hpp"
#include "dtheta/math/activation.hpp"
#include "dtheta/math/window.hpp"

namespace dtheta {

/// Lavin and Gray, "Fast algorithms for convolutional neural networks" (CVPR 2016). A tile of 4×4
/// outputs y of one channel is
///
///   y = Aᵀ [(G θ Gᵀ) ⊙ (Bᵀ x B)] A
///
/// for its 6×6 inputs x and the kernel θ 3×3; summed over channels, the 36 products ⊙ become 36
/// matrix products over all tiles. Backward is the exact adjoint of these maps:
///
///   dx += B [(G θ Gᵀ) ⊙ (A dz Aᵀ)] Bᵀ        dθ += Gᵀ [Σ (A dz Aᵀ) ⊙ (Bᵀ x B)] G
///
/// so equations (15), (17) and (19) hold for it up to rounding: about 1e-5 of the largest result in
/// float, 4e-15 in double (tests/math/winograd_test.cpp bounds it).
///
/// All functions: x {m, h, w, c}, z {m, oh, ow, filters}, θ {3, 3, c, filters}; safe from any
/// thread on disjoint outputs; the bits do not depend on m, on how samples are grouped for
/// `forward`; AVX2 and AVX-512 give the same.

/// Whether the windows are 3×3 with stride 1, undilated.
bool winograd_applies(const Windows& windows);

/// Elements that winograd_prepare writes.
template <std::floating_point T>
Size winograd_prepared_size(Size channels, Size filters, bool for_dx);

/// G θ Gᵀ, packed for forward and, `for_dx`, for that: share `part` of `parts` of `prepared` is
/// overwritten. Once for each new θ and share.
template <std::floating_point T>
void winograd_prepare(View<const T> theta, bool for_dx, std::span<T> prepared, Size part = 0,
                      Size parts = 1);

/// Elements of scratch that forward and backward need for m samples.
template <std::floating_point T>
Size winograd_scratch_size(const Windows& windows, Size filters, Size m);

/// a = g(x ∗ θ + b), equations (15), (16), overwritten.
template <std::floating_point T>
void winograd_forward(View<const T> x, const Windows& windows, std::span<const T> prepared,
                      View<const T> bias, const ActivationOptions& activation, View<T> a,
                      std::span<T> scratch);

/// dθ {3, 3, c, filters}, unless empty, is added to (17); dx, unless empty, is overwritten (19).
template <std::floating_point T>
void winograd_backward(View<const T> x, const Windows& windows, std::span<const T> prepared,
                       View<const T> dz, View<T> dtheta, View<T> dx, std::span<T> scratch);

}  // namespace dtheta
