/// Elementwise vector kernels over spans of equal length (asserted). Safe from any thread on
/// disjoint outputs; the bits of the first three depend on the operands only, whatever the vector
/// width.
#pragma once

#include <concepts>
#include <span>

namespace dtheta {

/// y {n} += x {n}.
template <std::floating_point T>
void add(std::span<const T> x, std::span<T> y);

/// y {n} *= alpha.
template <std::floating_point T>
void scale(T alpha, std::span<T> y);

/// y {n} += alpha · x {n}; product and sum are rounded each.
template <std::floating_point T>
void add_scaled(T alpha, std::span<const T> x, std::span<T> y);

/// Σ x², added up in double. The order of additions is fixed for one set of kernels.
template <std::floating_point T>
double sum_of_squares(std::span<const T> x);

}  // namespace dtheta
