/// BLAS: matrix products over views. The only place that calls OpenBLAS.
#pragma once

#include <concepts>
#include <type_traits>

#include "dtheta/core/view.hpp"

namespace dtheta {

/// A matrix {rows, columns} as a factor of a product, perhaps transposed.
template <std::floating_point T>
struct Factor {
  View<const T> matrix;  ///< rank 2, row-major
  bool is_transposed = false;

  Factor(View<const T> m) : matrix(m) {}  // NOLINT(google-explicit-constructor)
  Factor(View<T> m) : matrix(m) {}        // NOLINT(google-explicit-constructor)
  Factor(View<const T> m, bool transposed) : matrix(m), is_transposed(transposed) {}

  Size rows() const { return matrix.dim(is_transposed ? 1 : 0); }
  Size columns() const { return matrix.dim(is_transposed ? 0 : 1); }
};

/// Mᵀ as a factor: transposed(a {m, k}) has the rows k and the columns m.
template <class T>
Factor<std::remove_const_t<T>> transposed(View<T> m) {
  return {View<const std::remove_const_t<T>>(m), true};
}

/// C {n, p} = A {n, k} · B {k, p} + beta · C. With beta = 0 what C held is not read.
///
/// Runs on the calling thread alone, so the bits depend on the operands only. Sizes must agree and
/// be below 2³¹ (asserted). Any number of threads may call it at once, up to
/// `BlasFacts::max_callers`. The first call prepares the library (see blas_runtime.hpp).
template <std::floating_point T>
void gemm(const Factor<std::type_identity_t<T>>& a, const Factor<std::type_identity_t<T>>& b,
          std::type_identity_t<T> beta, View<T> c);

}  // namespace dtheta
