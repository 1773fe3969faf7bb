/// View: a non-owning, contiguous, shaped window on numbers.
#pragma once

#include <cassert>
#include <span>
#include <type_traits>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// A contiguous row-major array that somebody else owns. Pass by value.
///
/// The memory must outlive the view. Copying copies the window, not the numbers. Reading the same
/// memory from several threads is safe; a writer needs it alone.
template <class T>
class View {
 public:
  View() = default;
  View(T* data, const Shape& shape) : data_(data), shape_(shape) {}
  View(std::span<T> numbers, const Shape& shape) : data_(numbers.data()), shape_(shape) {
    assert(static_cast<Size>(numbers.size()) >= shape.size());
  }

  /// A view to write converts to a view to read.
  operator View<const T>() const  // NOLINT(google-explicit-constructor)
    requires(!std::is_const_v<T>)
  {
    return {data_, shape_};
  }

  T* data() const { return data_; }
  const Shape& shape() const { return shape_; }
  Size dim(int axis) const { return shape_[axis]; }
  Size size() const { return shape_.size(); }
  /// A default-constructed view: nothing is wanted or there is nothing.
  bool empty() const { return data_ == nullptr; }

  T& operator[](Size index) const {
    assert(index >= 0 && index < size());
    return data_[index];
  }
  std::span<T> span() const { return {data_, static_cast<std::size_t>(size())}; }

  /// The sub-array of `count` outermost entries from `first`: {n, ...} → {count, ...}.
  View rows(Size first, Size count) const {
    assert(first >= 0 && count >= 0 && first + count <= dim(0));
    const Shape row = shape_.sample();
    return {data_ + first * row.size(), row.batch(count)};
  }

  /// The same numbers under another shape of the same size.
  View reshaped(const Shape& shape) const {
    assert(shape.size() == size());
    return {data_, shape};
  }

 private:
  T* data_ = nullptr;
  Shape shape_;
};

}  // namespace dtheta
