#include "dtheta/core/random.hpp"

#include <cassert>
#include <cmath>
#include <numbers>
#include <utility>

namespace dtheta {
namespace {

std::uint32_t low(std::uint64_t value) { return static_cast<std::uint32_t>(value); }
std::uint32_t high(std::uint64_t value) { return static_cast<std::uint32_t>(value >> 32); }

}  // namespace

std::array<std::uint32_t, 4> Philox::block(std::array<std::uint32_t, 4> c,
                                           std::array<std::uint32_t, 2> k) {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53} * c[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57} * c[2];
    c = {high(p1) ^ c[1] ^ k[0], low(p1), high(p0) ^ c[3] ^ k[1], low(p0)};
    k = {k[0] + 0x9E3779B9, k[1] + 0xBB67AE85};
  }
  return c;
}

Philox::Philox(std::uint64_t seed, Purpose purpose, std::uint64_t epoch, std::uint64_t index)
    : counter_{0, low(index), high(index),
               (static_cast<std::uint32_t>(purpose) << 24) | (low(epoch) & 0xFFFFFF)},
      key_{low(seed), high(seed)} {
  assert(epoch < (1U << 24));
}

std::uint32_t Philox::bits() {
  if (used_ == 4) {
    output_ = block(counter_, key_);
    ++counter_[0];
    used_ = 0;
  }
  return output_[used_++];
}

double Philox::uniform() {
  const std::uint64_t upper = bits() >> 5;  // 27 bits
  const std::uint64_t lower = bits() >> 6;  // 26 bits
  return static_cast<double>((upper << 26) | lower) * 0x1p-53;
}

double Philox::normal() {
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  return radius * std::cos(2.0 * std::numbers::pi * uniform());
}

/// The logarithm of a number with the density of Gamma(shape): Marsaglia and Tsang, "A simple
/// method for generating gamma variables" (2000). For small shapes the number itself would be 0.
double Philox::log_of_gamma(double shape) {
  const double d = shape + 2.0 / 3;  // of Gamma(shape + 1)
  const double c = 1 / std::sqrt(9 * d);
  for (;;) {
    const double x = normal();
    const double root = 1 + c * x;
    const double chance = std::log(1 - uniform());
    if (root <= 0) continue;
    const double v = root * root * root;
    if (chance >= x * x / 2 + d - d * v + d * std::log(v)) continue;
    return std::log(d * v) + std::log(1 - uniform()) / shape;
  }
}

double Philox::beta(double a, double b) {
  assert(a > 0 && b > 0);
  const double first = log_of_gamma(a);
  return 1 / (1 + std::exp(log_of_gamma(b) - first));
}

Size Philox::below(Size count) {
  assert(count > 0);
  const auto n = static_cast<std::uint64_t>(count);
  const std::uint64_t biased = (0 - n) % n;  // products whose low half is below this are refused
  for (;;) {
    const std::uint64_t upper = bits();
    const std::uint64_t random = (upper << 32) | bits();
    __extension__ using Wide = unsigned __int128;
    const Wide product = static_cast<Wide>(random) * n;
    if (static_cast<std::uint64_t>(product) >= biased) return static_cast<Size>(product >> 64);
  }
}

void shuffle(std::span<Size> items, Philox& random) {
  for (std::size_t left = items.size(); left > 1; --left) {
    std::swap(items[left - 1],
              items[static_cast<std::size_t>(random.below(static_cast<Size>(left)))]);
  }
}

}  // namespace dtheta
