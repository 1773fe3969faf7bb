#include "dtheta/math/outer_products.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "support/fenced_buffer.hpp"
#include "support/numbers.hpp"

namespace dtheta {
namespace {

struct Sizes {
  Size m, inputs, units;
};

template <class T>
std::vector<T> some_numbers(Size count, std::uint64_t seed) {
  return random_numbers<T>(static_cast<std::size_t>(count), seed);
}

/// dW += xᵀ · dz with exactly the scratch asked for, for `most` samples, against the definition.
template <class T>
void expect_products(const Sizes& s, Size most, T tolerance) {
  SCOPED_TRACE(::testing::Message()
               << s.m << " of " << most << " samples, " << s.inputs << " to " << s.units);
  const auto x = some_numbers<T>(s.m * s.inputs, 1);
  const auto dz = some_numbers<T>(s.m * s.units, 2);
  const auto before = some_numbers<T>(s.inputs * s.units, 3);
  FencedBuffer<T> dw(s.inputs * s.units);
  FencedBuffer<T> scratch(outer_products_scratch_size<T>(most, s.inputs, s.units));
  std::ranges::copy(before, dw.span().begin());
  add_outer_products<T>({x.data(), {s.m, s.inputs}}, {dz.data(), {s.m, s.units}},
                        View<T>(dw.span(), {s.inputs, s.units}), scratch.span());
  EXPECT_TRUE(dw.is_intact());
  EXPECT_TRUE(scratch.is_intact());
  for (Size i = 0; i < s.inputs; ++i) {
    for (Size u = 0; u < s.units; ++u) {
      const auto at = static_cast<std::size_t>(i * s.units + u);
      long double wanted = before[at];
      for (Size n = 0; n < s.m; ++n) {
        wanted += static_cast<long double>(x[static_cast<std::size_t>(n * s.inputs + i)]) *
                  static_cast<long double>(dz[static_cast<std::size_t>(n * s.units + u)]);
      }
      ASSERT_NEAR(dw.span()[at], static_cast<T>(wanted), tolerance) << i << ", " << u;
    }
  }
}

TEST(OuterProducts, AreThoseOfTheDefinition) {
  for (const Sizes& s : {Sizes{1, 1, 1}, Sizes{3, 7, 2}, Sizes{8, 84, 10}, Sizes{13, 33, 17},
                         Sizes{5, 1025, 3}, Sizes{40, 700, 20}, Sizes{70, 50, 130}}) {
    expect_products<float>(s, s.m, 1e-4F);
    expect_products<double>(s, s.m, 1e-12);
  }
}

TEST(OuterProducts, FewerSamplesFitTheScratchOfMore) {
  for (Size m = 1; m <= 40; m += 3) expect_products<float>({m, 3000, 20}, 40, 1e-4F);
}

// A number's bits depend on its operands, not on the scratch that groups fit into.
TEST(OuterProducts, BitsDoNotDependOnTheScratch) {
  constexpr Size m = 12, inputs = 5000, units = 6;
  const auto x = some_numbers<float>(m * inputs, 1);
  const auto dz = some_numbers<float>(m * units, 2);
  const auto run = [&](Size size) {
    std::vector<float> dw(inputs * units), scratch(static_cast<std::size_t>(size));
    add_outer_products<float>({x.data(), {m, inputs}}, {dz.data(), {m, units}},
                              View<float>(dw, {inputs, units}), scratch);
    return dw;
  };
  const Size size = outer_products_scratch_size<float>(m, inputs, units);
  EXPECT_EQ(run(size), run(size / 3));
}

}  // namespace
}  // namespace dtheta
