#include "dtheta/math/blas.hpp"

#include <cassert>

#include <cblas.h>

#include "dtheta/math/blas_runtime.hpp"

namespace dtheta {
namespace {

CBLAS_TRANSPOSE transpose_of(bool is_transposed) {
  return is_transposed ? CblasTrans : CblasNoTrans;
}

void call_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, blasint n, blasint p, blasint k,
               const float* a, blasint lda, const float* b, blasint ldb, float beta, float* c) {
  cblas_sgemm(CblasRowMajor, ta, tb, n, p, k, 1.0F, a, lda, b, ldb, beta, c, p);
}

void call_gemm(CBLAS_TRANSPOSE ta, CBLAS_TRANSPOSE tb, blasint n, blasint p, blasint k,
               const double* a, blasint lda, const double* b, blasint ldb, double beta, double* c) {
  cblas_dgemm(CblasRowMajor, ta, tb, n, p, k, 1.0, a, lda, b, ldb, beta, c, p);
}

blasint as_blasint(Size size) {
  assert(size >= 0 && size < (Size{1} << 31));
  return static_cast<blasint>(size);
}

}  // namespace

template <std::floating_point T>
void gemm(const Factor<std::type_identity_t<T>>& a, const Factor<std::type_identity_t<T>>& b,
          std::type_identity_t<T> beta, View<T> c) {
  prepare_blas();
  assert(a.rows() == c.dim(0) && b.columns() == c.dim(1) && a.columns() == b.rows());
  call_gemm(transpose_of(a.is_transposed), transpose_of(b.is_transposed), as_blasint(c.dim(0)),
            as_blasint(c.dim(1)), as_blasint(a.columns()), a.matrix.data(),
            as_blasint(a.matrix.dim(1)), b.matrix.data(), as_blasint(b.matrix.dim(1)), beta,
            c.data());
}

template void gemm(const Factor<float>&, const Factor<float>&, float, View<float>);
template void gemm(const Factor<double>&, const Factor<double>&, double, View<double>);

}  // namespace dtheta
