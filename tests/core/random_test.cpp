#include "dtheta/core/random.hpp"

#include <array>
#include <numeric>
#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace dtheta {
namespace {

// The known-answer vectors that Random123 publishes for philox4x32-10.
TEST(Philox, MatchesThePublishedVectors) {
  using Counter = std::array<std::uint32_t, 4>;
  EXPECT_EQ(Philox::block({0, 0, 0, 0}, {0, 0}),
            (Counter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(
      Philox::block({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
      (Counter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(
      Philox::block({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
      (Counter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, DependsOnEveryPartOfItsKey) {
  std::set<std::uint32_t> first;
  for (const std::uint64_t seed : {0ULL, 1ULL, 1ULL << 40}) {
    for (const Purpose purpose : {Purpose::initialization, Purpose::sample_order}) {
      for (const std::uint64_t epoch : {0ULL, 3ULL}) {
        for (const std::uint64_t index : {0ULL, 1ULL, 1ULL << 33}) {
          first.insert(Philox(seed, purpose, epoch, index).bits());
        }
      }
    }
  }
  EXPECT_EQ(first.size(), 3U * 2U * 2U * 3U);
}

TEST(Philox, DrawsFromTheDistributionsItNames) {
  Philox random(7, Purpose::input, 0, 0);
  constexpr int draws = 100'000;
  double mean = 0, square = 0, normal_mean = 0, normal_square = 0;
  std::array<int, 5> counts{};
  for (int i = 0; i < draws; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    const double n = random.normal();
    mean += u / draws;
    square += u * u / draws;
    normal_mean += n / draws;
    normal_square += n * n / draws;
    ++counts[static_cast<std::size_t>(random.below(5))];
  }
  constexpr double five_sigma = 5 / 316.0;  // 5/√draws
  EXPECT_NEAR(mean, 0.5, five_sigma);
  EXPECT_NEAR(square, 1.0 / 3, five_sigma);
  EXPECT_NEAR(normal_mean, 0, five_sigma);
  EXPECT_NEAR(normal_square, 1, 2 * five_sigma);
  for (const int count : counts) EXPECT_NEAR(count / double{draws}, 0.2, five_sigma);
}

TEST(Philox, DrawsFromTheBetaDistribution) {
  for (const auto& [a, b] : {std::pair{0.001, 0.001}, {0.2, 0.2}, {1.0, 1.0}, {2.0, 5.0}}) {
    Philox random(9, Purpose::input, 0, 0);
    constexpr int draws = 40'000;
    double mean = 0, square = 0;
    for (int i = 0; i < draws; ++i) {
      const double drawn = random.beta(a, b);
      ASSERT_TRUE(drawn >= 0 && drawn <= 1) << drawn;
      mean += drawn / draws;
      square += drawn * drawn / draws;
    }
    const double variance = a * b / ((a + b) * (a + b) * (a + b + 1));
    EXPECT_NEAR(mean, a / (a + b), 5 * 0.5 / 200) << a;  // five sigma at most
    EXPECT_NEAR(square - mean * mean, variance, 0.01) << a;
  }
}

TEST(Shuffle, IsAPermutationThatTheStreamDecides) {
  std::vector<Size> a(1000), b(1000), identity(1000);
  std::iota(identity.begin(), identity.end(), 0);
  a = b = identity;
  Philox first(1, Purpose::sample_order, 0, 0), again(1, Purpose::sample_order, 0, 0);
  shuffle(a, first);
  shuffle(b, again);
  EXPECT_EQ(a, b);
  EXPECT_NE(a, identity);
  std::ranges::sort(a);
  EXPECT_EQ(a, identity);
}

}  // namespace
}  // namespace dtheta
