#include "dtheta/core/shape.hpp"

#include "dtheta/core/error.hpp"

namespace dtheta {

Shape::Shape(std::span<const Size> extents) {
  if (extents.size() > max_rank) {
    throw UsageError("a shape has at most 5 axes, found " + std::to_string(extents.size()));
  }
  constexpr Size limit = Size{1} << 62;
  rank_ = static_cast<int>(extents.size());
  std::ranges::copy(extents, extents_.begin());
  for (const Size extent : extents) {
    if (extent < 0) throw UsageError("a shape's extents cannot be negative: " + text());
    if (extent != 0 && size_ > limit / extent) {
      throw UsageError("the shape " + text() + " has more than 2^62 elements");
    }
    size_ *= extent;
  }
}

Shape Shape::batch(Size count) const {
  std::array<Size, max_rank + 1> extents{count};
  std::ranges::copy(this->extents(), extents.begin() + 1);
  return Shape(std::span<const Size>(extents).first(static_cast<std::size_t>(rank_) + 1));
}

Shape Shape::sample() const {
  if (rank_ == 0) throw UsageError("a scalar has no samples");
  return Shape(extents().subspan(1));
}

std::string Shape::text() const {
  if (rank_ == 0) return "scalar";
  std::string result;
  for (const Size extent : extents()) {
    result += (result.empty() ? "" : "x") + std::to_string(extent);
  }
  return result;
}

}  // namespace dtheta
