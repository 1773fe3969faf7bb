#include "dtheta/benchmark/kernels.hpp"

#include <array>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

namespace dtheta {
namespace {

std::array<float, multiply_add_chains> starts() {
  std::array<float, multiply_add_chains> numbers;
  std::iota(numbers.begin(), numbers.end(), 2.0F);
  return numbers;
}

TEST(BenchmarkKernels, CountTheirOperations) {
  auto numbers = starts();
  const double one = fused_multiply_adds(1, numbers);
  EXPECT_GE(one, 2 * 12 * 4);  // at least the four numbers of an SSE register
  EXPECT_EQ(fused_multiply_adds(1000, numbers), 1000 * one);
}

TEST(BenchmarkKernels, EveryChainIsWorkedThrough) {
  auto numbers = starts();
  fused_multiply_adds(50, numbers);
  auto wanted = starts();
  for (float& number : wanted) {
    for (int round = 0; round < 50; ++round) number = number * chain_factor + chain_addend;
  }
  for (std::size_t c = 0; c < wanted.size(); ++c) {
    EXPECT_NEAR(numbers[c], wanted[c], 1e-4F) << "chain " << c;
  }
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
