/// Numbers for tests: how to make them and how to compare them.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "dtheta/core/random.hpp"
#include "dtheta/core/shape.hpp"

namespace dtheta {

/// n numbers, uniform in [-1, 1); the same for the same seed.
template <std::floating_point T>
std::vector<T> random_numbers(std::size_t n, std::uint64_t seed) {
  Philox random(seed, Purpose::input, 0, 0);
  std::vector<T> numbers(n);
  for (T& number : numbers) number = static_cast<T>(random.uniform(-1, 1));
  return numbers;
}

/// 0, 1, 2, ... in U.
template <class U>
std::vector<U> count(Size size) {
  std::vector<U> numbers;
  for (Size i = 0; i < size; ++i) numbers.push_back(static_cast<U>(i));
  return numbers;
}

/// Fills with scale · normal numbers, the same for the same seed, rounded to float: float and
/// double get the same numbers.
template <std::floating_point T>
void fill_normal(std::span<T> numbers, std::uint64_t seed, double scale = 1) {
  Philox random(seed, Purpose::input, 0, 0);
  for (T& number : numbers) {
    number = static_cast<T>(static_cast<float>(scale * random.normal()));
  }
}

/// max |a − b| / max |b|: the error of an array relative to its largest number. NaN when one is.
template <class A, class B>
double relative_error(std::span<A> a, std::span<B> b) {
  double worst = 0, largest = 0;
  for (std::size_t i = 0; i < b.size(); ++i) {
    const double error = std::abs(static_cast<double>(a[i]) - static_cast<double>(b[i]));
    if (std::isnan(error)) return error;
    worst = std::max(worst, error);
    largest = std::max(largest, std::abs(static_cast<double>(b[i])));
  }
  return worst == 0 ? 0 : worst / largest;
}

/// A copy, to compare with later.
template <class T>
std::vector<std::remove_const_t<T>> copy_of(std::span<T> numbers) {
  return {numbers.begin(), numbers.end()};
}

}  // namespace dtheta
