#include "dtheta/math/self_gated.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/instruction_sets.hpp"
#include "support/numbers.hpp"

namespace dtheta {
namespace {

constexpr SelfGate gates[] = {SelfGate::gelu, SelfGate::silu};

/// What z is multiplied by, plainly.
long double gate_of(SelfGate gate, long double z) {
  if (gate == SelfGate::silu) return 1 / (1 + std::exp(-z));
  return std::erfc(-z / std::sqrt(2.0L)) / 2;
}

long double derivative_of(SelfGate gate, long double z) {
  const long double g = gate_of(gate, z);
  if (gate == SelfGate::silu) return g * (1 + z * (1 - g));
  return g + z * std::exp(-z * z / 2) / std::sqrt(2 * std::acos(-1.0L));
}

template <class T>
std::vector<T> activate(const std::vector<T>& z, SelfGate gate) {
  std::vector<T> a(z.size());
  self_gate<T>(z, gate, a);
  return a;
}

template <class T>
class SelfGatedTest : public testing::Test {};
using Precisions = testing::Types<float, double>;
TYPED_TEST_SUITE(SelfGatedTest, Precisions);

TYPED_TEST(SelfGatedTest, IsWithinItsBound) {
  using T = TypeParam;
  const double bound = (std::is_same_v<T, float> ? 2 : 4) * std::numeric_limits<T>::epsilon();
  for (const SelfGate gate : gates) {
    SCOPED_TRACE(std::string(self_gate_name(gate)));
    for (const double range : {1e-6, 0.1, 1.0, 4.0, 10.0, 80.0}) {
      std::vector<T> z = random_numbers<T>(2000, 1);
      for (T& number : z) number *= static_cast<T>(range);
      const std::vector<T> a = activate(z, gate);
      const std::vector<T> ones(z.size(), 1);
      std::vector<T> slopes(z.size());
      self_gate_backward<T>(z, gate, ones, slopes);
      for (std::size_t i = 0; i < z.size(); ++i) {
        ASSERT_LE(std::abs(a[i] - z[i] * gate_of(gate, z[i])), bound * std::abs(z[i]))
            << "z = " << z[i];
        ASSERT_LE(std::abs(slopes[i] - derivative_of(gate, z[i])), 2 * bound) << "z = " << z[i];
      }
    }
  }
}

TYPED_TEST(SelfGatedTest, ExtremesSaturateAndNanStays) {
  using T = TypeParam;
  for (const SelfGate gate : gates) {
    const std::vector<T> a =
        activate<T>({T(-1e30), -1000, 0, 1000, T(1e30), std::numeric_limits<T>::quiet_NaN()}, gate);
    EXPECT_EQ(a[0], 0);
    EXPECT_EQ(a[1], 0);
    EXPECT_EQ(a[2], 0);
    EXPECT_EQ(a[3], 1000);
    EXPECT_EQ(a[4], T(1e30));
    EXPECT_TRUE(std::isnan(a[5]));
  }
}

TYPED_TEST(SelfGatedTest, HasTheSameBitsOnEveryInstructionSetAndAtEveryPlace) {
  using T = TypeParam;
  std::vector<T> z = random_numbers<T>(67, 4);
  for (T& number : z) number *= 8;
  for (const SelfGate gate : gates) {
    const std::vector<T> a = activate(z, gate);
    for_each_instruction_set([&] {
      EXPECT_EQ(activate(z, gate), a);
      for (std::size_t i = 0; i < z.size(); ++i) EXPECT_EQ(activate<T>({z[i]}, gate)[0], a[i]);
    });
  }
}

}  // namespace
}  // namespace dtheta
