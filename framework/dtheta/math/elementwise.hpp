/// Elementwise vector kernels over spans of equal length (asserted). Safe from any thread on
/// disjoint outputs. The bits depend on the operands only: not on the CPU's instruction set, nor
/// on where a span begins and ends.
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

/// y {n} is brought to within ± limit; NaN stays NaN.
template <std::floating_point T>
void clamp(T limit, std::span<T> y);

/// x {n} = eˣ for x ≤ 0 only, within 2 units in the last place; zero where eˣ would be denormal;
/// NaN stays NaN.
template <std::floating_point T>
void exponentials(std::span<T> x);

/// Σ x², squared and added up in double; the order of additions depends on n only.
template <std::floating_point T>
double sum_of_squares(std::span<const T> x);

}  // namespace dtheta
