#include "dtheta/math/elementwise.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <type_traits>
#include <vector>

#include <gtest/gtest.h>

#include "support/instruction_sets.hpp"
#include "support/numbers.hpp"

namespace dtheta {
namespace {

constexpr std::size_t sizes[] = {0, 1, 3, 8, 17, 64, 65, 131};

template <class T>
class Elementwise : public testing::Test {};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(Elementwise, Precisions);

TYPED_TEST(Elementwise, EqualsThePlainLoopOnEveryInstructionSet) {
  using T = TypeParam;
  for_each_instruction_set([] {
    for (const std::size_t n : sizes) {
      const std::vector<T> x = random_numbers<T>(n, 1);
      const std::vector<T> y = random_numbers<T>(n, 2);
      const T alpha = T(0.3);
      const T limit = T(0.4);
      std::vector<T> sum = y, scaled = y, combined = y, clamped = y;
      add<T>(x, sum);
      scale<T>(alpha, scaled);
      add_scaled<T>(alpha, x, combined);
      clamp<T>(limit, clamped);
      for (std::size_t i = 0; i < n; ++i) {
        EXPECT_EQ(sum[i], y[i] + x[i]);
        EXPECT_EQ(scaled[i], y[i] * alpha);
        const T product = alpha * x[i];
        EXPECT_EQ(combined[i], y[i] + product);
        EXPECT_EQ(clamped[i], std::clamp(y[i], -limit, limit));
      }
    }
  });
}

TYPED_TEST(Elementwise, SumOfSquaresHasTheSameBitsOnEveryInstructionSet) {
  using T = TypeParam;
  for (const std::size_t n : sizes) {
    const std::vector<T> x = random_numbers<T>(n, 3);
    long double wanted = 0;
    for (const T number : x) wanted += static_cast<long double>(number) * number;
    const double found = sum_of_squares<T>(x);
    EXPECT_NEAR(found, static_cast<double>(wanted), 1e-13 * static_cast<double>(wanted));
    for_each_instruction_set([&] { EXPECT_EQ(sum_of_squares<T>(x), found); });
  }
}

TYPED_TEST(Elementwise, ExponentialsAreWithinTwoUnitsInTheLastPlace) {
  using T = TypeParam;
  const T lowest = std::is_same_v<T, float> ? T(-87) : T(-708);
  std::vector<T> x = random_numbers<T>(10000, 4);
  for (T& number : x) number = -std::abs(number) * -lowest;
  std::vector<T> found = x;
  exponentials<T>(found);
  double worst = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    const long double wanted = std::exp(static_cast<long double>(x[i]));
    worst = std::max(worst, static_cast<double>(std::abs(found[i] - wanted) / wanted));
  }
  EXPECT_LT(worst, 2 * std::numeric_limits<T>::epsilon());
  for_each_instruction_set([&] {
    std::vector<T> again = x;
    exponentials<T>(again);
    EXPECT_EQ(again, found);
  });
}

TYPED_TEST(Elementwise, ClampOfExtremes) {
  using T = TypeParam;
  const T infinity = std::numeric_limits<T>::infinity();
  std::vector<T> x{infinity, -infinity, std::numeric_limits<T>::quiet_NaN(), 2, -2};
  clamp<T>(2, x);
  EXPECT_EQ(x[0], 2);
  EXPECT_EQ(x[1], -2);
  EXPECT_TRUE(std::isnan(x[2]));
  EXPECT_EQ(x[3], 2);
  EXPECT_EQ(x[4], -2);
}

TYPED_TEST(Elementwise, ExponentialsOfExtremes) {
  using T = TypeParam;
  const T infinity = std::numeric_limits<T>::infinity();
  std::vector<T> x{0, T(-1e-30), T(-800), T(-1e30), -infinity, std::numeric_limits<T>::quiet_NaN()};
  exponentials<T>(x);
  EXPECT_EQ(x[0], 1);
  EXPECT_EQ(x[1], 1);
  EXPECT_EQ(x[2], 0);
  EXPECT_EQ(x[3], 0);
  EXPECT_EQ(x[4], 0);
  EXPECT_TRUE(std::isnan(x[5]));
}

}  // namespace
}  // namespace dtheta
