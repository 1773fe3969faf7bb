/// FencedBuffer: memory that notices who writes beside it.
#pragma once

#include <algorithm>
#include <limits>

#include "dtheta/core/aligned_buffer.hpp"

namespace dtheta {

/// `size` numbers, NaN at first, between two fences of known numbers.
template <class T>
class FencedBuffer {
 public:
  explicit FencedBuffer(Size size) : size_(size), numbers_(size + 2 * fence) {
    std::ranges::fill(numbers_.span(), canary);
    fill(std::numeric_limits<T>::quiet_NaN());
  }

  std::span<T> span() {
    return numbers_.span().subspan(static_cast<std::size_t>(fence),
                                   static_cast<std::size_t>(size_));
  }
  View<T> view(const Shape& shape) { return {span(), shape}; }
  void fill(T number) { std::ranges::fill(span(), number); }

  /// Nobody wrote beside the numbers.
  bool is_intact() const {
    const auto intact = [](const T& number) { return number == canary; };
    const auto fences = numbers_.span();
    return std::ranges::all_of(fences.first(static_cast<std::size_t>(fence)), intact) &&
           std::ranges::all_of(fences.last(static_cast<std::size_t>(fence)), intact);
  }

 private:
  static constexpr Size fence = 64;  // a multiple of the alignment
  static constexpr T canary = T{-12345};

  Size size_;
  AlignedBuffer<T> numbers_;
};

}  // namespace dtheta
