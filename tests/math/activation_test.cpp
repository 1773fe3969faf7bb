#include "dtheta/math/activation.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/instruction_sets.hpp"
#include "support/numbers.hpp"

namespace dtheta {
namespace {

constexpr Activation kinds[] = {Activation::identity, Activation::sigmoid,    Activation::tanh,
                                Activation::relu,     Activation::leaky_relu, Activation::elu,
                                Activation::softplus};
constexpr double slope = 0.1;
constexpr double alpha = 0.7;

/// g(z), plainly.
long double reference(Activation kind, long double z) {
  switch (kind) {
    case Activation::identity:
      return z;
    case Activation::sigmoid:
      return 1 / (1 + std::exp(-z));
    case Activation::tanh:
      return std::tanh(z);
    case Activation::relu:
      return z > 0 ? z : 0;
    case Activation::leaky_relu:
      return z > 0 ? z : static_cast<long double>(slope) * z;
    case Activation::elu:
      return z > 0 ? z : static_cast<long double>(alpha) * std::expm1(z);
    case Activation::softplus:
      return std::max(z, 0.0L) + std::log1p(std::exp(-std::abs(z)));
  }
  return 0;
}

/// g'(z), plainly.
long double reference_derivative(Activation kind, long double z) {
  const long double a = reference(kind, z);
  switch (kind) {
    case Activation::identity:
      return 1;
    case Activation::sigmoid:
      return a * (1 - a);
    case Activation::tanh:
      return 1 - a * a;
    case Activation::relu:
      return z > 0 ? 1 : 0;
    case Activation::leaky_relu:
      return z > 0 ? 1 : static_cast<long double>(slope);
    case Activation::elu:
      return z > 0 ? 1 : static_cast<long double>(alpha) * std::exp(z);
    case Activation::softplus:
      return 1 / (1 + std::exp(-z));
  }
  return 0;
}

template <class T>
std::vector<T> activate(std::vector<T> z, Activation kind) {
  const Size n = static_cast<Size>(z.size());
  add_bias_and_activate(View<T>(z, {n}), View<const T>(), {kind, slope, alpha});
  return z;
}

template <class T>
class ActivationTest : public testing::Test {};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(ActivationTest, Precisions);

TYPED_TEST(ActivationTest, IsWithinFourUnitsInTheLastPlace) {
  using T = TypeParam;
  for (const Activation kind : kinds) {
    SCOPED_TRACE(std::string(activation_name(kind)));
    for (const double range : {1e-6, 0.1, 1.0, 10.0, 80.0}) {
      std::vector<T> z = random_numbers<T>(2000, 1);
      for (T& number : z) number *= static_cast<T>(range);
      const std::vector<T> a = activate(z, kind);
      for (std::size_t i = 0; i < z.size(); ++i) {
        const auto wanted = reference(kind, z[i]);
        ASSERT_LE(std::abs(a[i] - wanted), 2 * std::numeric_limits<T>::epsilon() * std::abs(wanted))
            << "z = " << z[i];
      }
    }
  }
}

TYPED_TEST(ActivationTest, ExtremesSaturateAndNanStays) {
  using T = TypeParam;
  const T infinity = std::numeric_limits<T>::infinity();
  const std::vector<T> z{-infinity, T(-1e30), -1000,    0,
                         1000,      T(1e30),  infinity, std::numeric_limits<T>::quiet_NaN()};
  for (const Activation kind : kinds) {
    SCOPED_TRACE(std::string(activation_name(kind)));
    const std::vector<T> a = activate(z, kind);
    for (std::size_t i = 0; i + 1 < z.size(); ++i) {
      EXPECT_EQ(a[i], static_cast<T>(reference(kind, z[i]))) << "z = " << z[i];
    }
    EXPECT_TRUE(std::isnan(a.back()));
  }
}

TYPED_TEST(ActivationTest, AddsTheBiasToRowsOfAnyWidth) {
  using T = TypeParam;
  for_each_instruction_set([] {
    for (const Activation kind : kinds) {
      for (const Size k : {1, 3, 6, 17, 64, 65, 257, 1024, 1031}) {
        for (const Size m : {1, 2, 7, 40}) {
          const std::vector<T> z = random_numbers<T>(static_cast<std::size_t>(m * k), 2);
          const std::vector<T> bias = random_numbers<T>(static_cast<std::size_t>(k), 3);
          std::vector<T> sum = z;
          for (std::size_t i = 0; i < z.size(); ++i) sum[i] += bias[i % bias.size()];
          std::vector<T> a = z;
          add_bias_and_activate(View<T>(a, {m, k}), View<const T>(bias, {k}), {kind, slope, alpha});
          ASSERT_EQ(a, activate(sum, kind))
              << activation_name(kind) << " {" << m << ", " << k << '}';
        }
      }
    }
  });
}

TYPED_TEST(ActivationTest, HasTheSameBitsOnEveryInstructionSetAndAtEveryPlace) {
  using T = TypeParam;
  std::vector<T> z = random_numbers<T>(67, 4);
  for (T& number : z) number *= 20;
  for (const Activation kind : kinds) {
    const std::vector<T> a = activate(z, kind);
    for_each_instruction_set([&] {
      EXPECT_EQ(activate(z, kind), a);
      for (std::size_t i = 0; i < z.size(); ++i) EXPECT_EQ(activate<T>({z[i]}, kind)[0], a[i]);
    });
  }
}

TYPED_TEST(ActivationTest, BackwardMultipliesByTheDerivative) {
  using T = TypeParam;
  for_each_instruction_set([] {
    for (const Activation kind : kinds) {
      SCOPED_TRACE(std::string(activation_name(kind)));
      for (const Size n : {1, 3, 17, 65}) {
        std::vector<T> z = random_numbers<T>(static_cast<std::size_t>(n), 5);
        z[0] = 0;
        const std::vector<T> a = activate(z, kind);
        const std::vector<T> da = random_numbers<T>(static_cast<std::size_t>(n), 6);
        std::vector<T> dz = da;
        activation_backward(View<const T>(a, {n}), View<T>(dz, {n}), {kind, slope, alpha});
        for (std::size_t i = 0; i < z.size(); ++i) {
          const auto wanted = static_cast<double>(da[i] * reference_derivative(kind, z[i]));
          EXPECT_NEAR(dz[i], wanted, 8 * std::numeric_limits<T>::epsilon());
        }
      }
    }
  });
}

TYPED_TEST(ActivationTest, ColumnSumsAreAddedTo) {
  using T = TypeParam;
  for (const Size k : {1, 3, 6, 17, 64, 65, 130}) {
    for (const Size m : {0, 1, 5, 16, 17, 100}) {
      const std::vector<T> dz = random_numbers<T>(static_cast<std::size_t>(m * k), 7);
      const std::vector<T> before = random_numbers<T>(static_cast<std::size_t>(k), 8);
      std::vector<T> db = before;
      add_column_sums(View<const T>(dz, {m, k}), View<T>(db, {k}));
      for (Size j = 0; j < k; ++j) {
        double wanted = before[static_cast<std::size_t>(j)];
        for (Size n = 0; n < m; ++n) wanted += dz[static_cast<std::size_t>(n * k + j)];
        EXPECT_NEAR(db[static_cast<std::size_t>(j)], wanted,
                    100 * std::numeric_limits<T>::epsilon());
      }
      for_each_instruction_set([&] {
        std::vector<T> again = before;
        add_column_sums(View<const T>(dz, {m, k}), View<T>(again, {k}));
        EXPECT_EQ(again, db);
      });
    }
  }
}

TEST(Activation, NamesAreThoseOfKeras) {
  EXPECT_EQ(activation_name(Activation::identity), "linear");
  EXPECT_EQ(activation_name(Activation::leaky_relu), "leaky_relu");
}

}  // namespace
}  // namespace dtheta
