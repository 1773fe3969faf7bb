/// Sums of outer products: dW of a dense layer from the samples of one shard.
#pragma once

#include <concepts>
#include <span>

#include "dtheta/core/view.hpp"

namespace dtheta {

/// Elements of scratch that add_outer_products needs for up to m samples.
template <std::floating_point T>
Size outer_products_scratch_size(Size m, Size inputs, Size units);

/// dW {inputs, units} += xᵀ · dz, equation (8), for x {m, inputs} and dz {m, units}.
///
/// A sum over few samples of long rows: a BLAS would copy all of xᵀ, a number here and a number
/// there. Here dWᵀ = dzᵀ · x is made for a group of inputs at a time, whose columns of x are copied
/// in runs into the second-level cache.
///
/// Each number is one chain of multiply-adds in the order of the samples, added to dW at its end;
/// AVX2 and AVX-512 give the same bits. Runs on the calling thread; safe from any number of threads
/// on disjoint dW.
template <std::floating_point T>
void add_outer_products(View<const T> x, View<const T> dz, View<T> dw, std::span<T> scratch);

}  // namespace dtheta
