#include "dtheta/benchmark/kernels.hpp"

#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace dtheta {
namespace {

TEST(BenchmarkKernels, CountTheirOperations) {
  const double one = fused_multiply_adds(1);
  EXPECT_GE(one, 2 * 12 * 4);  // at least the four numbers of an SSE register
  EXPECT_EQ(fused_multiply_adds(1000), 1000 * one);
}

TEST(BenchmarkKernels, MoveEveryNumber) {
  constexpr std::size_t n = 37;  // more than two registers, and a tail
  std::vector<float> x(n), y(n, -1), z(n, -1);
  std::iota(x.begin(), x.end(), 1.0F);
  copy_numbers(x, y);
  EXPECT_EQ(y, x);
  triad(0.5F, x, y, z);
  for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(z[i], 1.5F * x[i]) << i;
}

}  // namespace
}  // namespace dtheta
