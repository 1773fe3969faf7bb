/// Shape: the extents of a row-major array.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>

namespace dtheta {

/// Every count, extent and index in dtheta: signed (differences are safe) and 64-bit (data sets
/// outgrow 32).
using Size = std::int64_t;

/// The extents of a row-major array, outermost first; rank 0 (a scalar) to 5.
///
/// A value. Immutable; safe from any thread. Construction throws UsageError on a negative extent,
/// more than 5 extents, or a product beyond 2^62, so that `size()` and byte counts cannot overflow.
class Shape {
 public:
  static constexpr int max_rank = 5;

  Shape() = default;
  Shape(std::initializer_list<Size> extents) : Shape(std::span(extents.begin(), extents.size())) {}
  explicit Shape(std::span<const Size> extents);

  int rank() const { return rank_; }
  Size operator[](int axis) const { return extents_[static_cast<std::size_t>(axis)]; }
  std::span<const Size> extents() const {
    return {extents_.data(), static_cast<std::size_t>(rank_)};
  }

  /// Number of elements: the product of the extents (1 for a scalar).
  Size size() const { return size_; }

  /// {count, this...}: the shape of `count` samples of this shape.
  Shape batch(Size count) const;

  /// This shape without its outermost axis: the shape of one sample of a batch.
  Shape sample() const;

  /// "28x28x1", the notation of layer lists and `--input-shape`; "scalar" for rank 0.
  std::string text() const;

  friend bool operator==(const Shape& a, const Shape& b) {
    return std::ranges::equal(a.extents(), b.extents());
  }

 private:
  std::array<Size, max_rank> extents_{};
  int rank_ = 0;
  Size size_ = 1;
};

}  // namespace dtheta
