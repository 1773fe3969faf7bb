/// Layer normalization of rows: vector kernels.
#pragma once

#include <concepts>
#include <span>

#include "dtheta/core/view.hpp"

namespace dtheta {

// Ba, Kiros and Hinton, "Layer Normalization" (2016). For each row x of {m, k}, with its mean μ and
// its variance σ² = Σ (x − μ)² / k:
//
//   x̂ = (x − μ) / √(σ² + ε),   y = γ ⊙ x̂ + β
//
// Safe from any thread on disjoint outputs; the order of additions depends on k only (and for dγ
// and dβ on m).

/// y {m, k}, overwritten; `record` {2m}, overwritten: μ and 1/√(σ² + ε) of each row.
template <std::floating_point T>
void layer_normalize(View<const T> x, View<const T> gamma, View<const T> beta, T epsilon, View<T> y,
                     std::span<T> record);

/// dγ {k} += Σ dy ⊙ x̂ and dβ {k} += Σ dy over the rows, unless both are empty; dx {m, k}, unless
/// empty, is overwritten:
///
///   dx = (g − mean(g) − x̂·mean(g ⊙ x̂)) / √(σ² + ε) with g = γ ⊙ dy.
template <std::floating_point T>
void layer_normalize_backward(View<const T> x, View<const T> gamma, View<const T> dy,
                              std::span<const T> record, View<T> dgamma, View<T> dbeta, View<T> dx);

}  // namespace dtheta
