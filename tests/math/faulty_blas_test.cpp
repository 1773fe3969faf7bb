// A program of its own, in which a broken OpenBLAS stands before the real one: the guards must
// notice.
#include <algorithm>
#include <atomic>

#include <cblas.h>
#include <dlfcn.h>
#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/math/blas_runtime.hpp"

namespace {

/// What is broken. Set by each test before it calls.
std::atomic<int> threads_that_stay = 1;
std::atomic<bool> is_wrong_when_shared = false;

}  // namespace

// The linker takes these for the library's.
extern "C" {

int openblas_get_num_threads() { return threads_that_stay; }

void cblas_sgemm(OPENBLAS_CONST enum CBLAS_ORDER order, OPENBLAS_CONST enum CBLAS_TRANSPOSE ta,
                 OPENBLAS_CONST enum CBLAS_TRANSPOSE tb, OPENBLAS_CONST blasint m,
                 OPENBLAS_CONST blasint n, OPENBLAS_CONST blasint k, OPENBLAS_CONST float alpha,
                 OPENBLAS_CONST float* a, OPENBLAS_CONST blasint lda, OPENBLAS_CONST float* b,
                 OPENBLAS_CONST blasint ldb, OPENBLAS_CONST float beta, float* c,
                 OPENBLAS_CONST blasint ldc) {
  static const auto real =
      reinterpret_cast<decltype(&cblas_sgemm)>(dlsym(RTLD_NEXT, "cblas_sgemm"));
  static std::atomic<int> calls = 0;
  real(order, ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
  // As if two callers' buffers had been the same, once.
  if (is_wrong_when_shared && ++calls == 10) c[0] += 1;
}

}  // extern "C"

namespace dtheta {
namespace {

template <class Call>
std::string message_of(Call call) {
  try {
    call();
  } catch (const RuntimeUnusable& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(FaultyBlas, ThatKeepsItsThreadsIsRefused) {
  threads_that_stay = 4;
  const std::string message = message_of([] { prepare_blas(); });
  EXPECT_NE(message.find("runs 4 threads in each call"), std::string::npos) << message;
  threads_that_stay = 1;
  EXPECT_NO_THROW(prepare_blas());
}

TEST(FaultyBlas, ThatMixesUpItsCallersIsRefused) {
  is_wrong_when_shared = true;
  const std::string message = message_of([] { check_blas(2); });
  EXPECT_NE(message.find("wrong numbers in 1 of 8 trials with 2 threads"), std::string::npos)
      << message;
  is_wrong_when_shared = false;
  EXPECT_NO_THROW(check_blas(2));
}

}  // namespace
}  // namespace dtheta
