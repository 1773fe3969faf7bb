#include "dtheta/math/blas.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/random.hpp"

namespace dtheta {
namespace {

template <class T>
AlignedBuffer<T> random_matrix(Size rows, Size columns, std::uint64_t index) {
  AlignedBuffer<T> numbers(rows * columns);
  Philox random(5, Purpose::input, 0, index);
  for (T& x : numbers.span()) x = static_cast<T>(random.normal());
  return numbers;
}

/// Element (row, column) of a factor.
template <class T>
double at(const Factor<T>& factor, Size row, Size column) {
  return factor.is_transposed ? factor.matrix[column * factor.matrix.dim(1) + row]
                              : factor.matrix[row * factor.matrix.dim(1) + column];
}

/// What gemm computes for one element, in the obvious way and in double.
struct Element {
  double value = 0;
  double magnitude = 0;  ///< the sum of the terms' absolute values
  void add(double term) {
    value += term;
    magnitude += std::abs(term);
  }
};

template <class T>
Element naive_element(const Factor<T>& a, const Factor<T>& b, double beta, double c, Size row,
                      Size column) {
  Element element;
  if (beta != 0) element.add(beta * c);
  for (Size i = 0; i < a.columns(); ++i) element.add(at(a, row, i) * at(b, i, column));
  return element;
}

/// Higham, "Accuracy and Stability of Numerical Algorithms", (3.5): whatever the order of k + 1
/// additions, their rounding errors stay below this share of the magnitude.
template <class T>
double rounding_bound(Size k) {
  return static_cast<double>(k + 2) * std::numeric_limits<T>::epsilon();
}

struct Sizes {
  Size n, k, p;
};

template <class T>
class Gemm : public testing::Test {};

using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(Gemm, Precisions);

TYPED_TEST(Gemm, AgreesWithTheNaiveProductForAllTranspositions) {
  using T = TypeParam;
  for (const auto& [n, k, p] : {Sizes{1, 1, 1}, Sizes{1, 37, 5}, Sizes{13, 1, 7}, Sizes{17, 19, 1},
                                Sizes{31, 67, 23}, Sizes{5, 401, 3}}) {
    for (const bool a_transposed : {false, true}) {
      for (const bool b_transposed : {false, true}) {
        for (const T beta : {T(0), T(1), T(-0.5)}) {
          SCOPED_TRACE(testing::Message() << n << 'x' << k << " by " << k << 'x' << p << ", "
                                          << a_transposed << b_transposed << ", beta " << beta);
          const auto a_numbers = random_matrix<T>(n, k, 0);
          const auto b_numbers = random_matrix<T>(k, p, 1);
          const auto before = random_matrix<T>(n, p, 2);
          AlignedBuffer<T> c = before;
          const Factor<T> a(a_numbers.view(a_transposed ? Shape{k, n} : Shape{n, k}), a_transposed);
          const Factor<T> b(b_numbers.view(b_transposed ? Shape{p, k} : Shape{k, p}), b_transposed);
          gemm<T>(a, b, beta, c.view({n, p}));
          for (Size row = 0; row < n; ++row) {
            for (Size column = 0; column < p; ++column) {
              const Size i = row * p + column;
              const Element expected = naive_element(a, b, beta, before[i], row, column);
              ASSERT_NEAR(c[i], expected.value, rounding_bound<T>(k) * expected.magnitude);
            }
          }
        }
      }
    }
  }
}

TYPED_TEST(Gemm, DoesNotReadWhatItOverwrites) {
  using T = TypeParam;
  const auto a = random_matrix<T>(7, 9, 0);
  const auto b = random_matrix<T>(9, 11, 1);
  AlignedBuffer<T> c(7 * 11), again(7 * 11);
  std::ranges::fill(c.span(), std::numeric_limits<T>::quiet_NaN());
  gemm<T>(a.view({7, 9}), b.view({9, 11}), 0, c.view({7, 11}));
  gemm<T>(a.view({7, 9}), b.view({9, 11}), 0, again.view({7, 11}));
  EXPECT_TRUE(std::ranges::equal(c.span(), again.span()));
}

TYPED_TEST(Gemm, GivesTheSameBitsOnManyThreadsAtOnce) {
  using T = TypeParam;
  const auto a = random_matrix<T>(61, 300, 0);
  const auto b = random_matrix<T>(300, 43, 1);
  const auto product = [&] {
    AlignedBuffer<T> c(61 * 43);
    gemm<T>(a.view({61, 300}), b.view({300, 43}), 0, c.view({61, 43}));
    return c;
  };
  const AlignedBuffer<T> expected = product();
  std::vector<AlignedBuffer<T>> results(9);
  std::vector<std::jthread> threads;
  for (auto& result : results) threads.emplace_back([&] { result = product(); });
  threads.clear();  // joins
  for (const auto& result : results) {
    EXPECT_TRUE(std::ranges::equal(result.span(), expected.span()));
  }
}

TEST(Factor, TellsItsRowsAndColumnsAfterTransposition) {
  AlignedBuffer<float> numbers(6);
  const Factor<float> m = numbers.view({2, 3});
  EXPECT_EQ(m.rows(), 2);
  EXPECT_EQ(m.columns(), 3);
  const Factor<float> t = transposed(numbers.view({2, 3}));
  EXPECT_EQ(t.rows(), 3);
  EXPECT_EQ(t.columns(), 2);
}

}  // namespace
}  // namespace dtheta
