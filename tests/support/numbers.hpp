/// Numbers for tests.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "dtheta/core/random.hpp"

namespace dtheta {

/// n numbers, uniform in [-1, 1); the same for the same seed.
template <std::floating_point T>
std::vector<T> random_numbers(std::size_t n, std::uint64_t seed) {
  Philox random(seed, Purpose::input, 0, 0);
  std::vector<T> numbers(n);
  for (T& number : numbers) number = static_cast<T>(random.uniform(-1, 1));
  return numbers;
}

}  // namespace dtheta
