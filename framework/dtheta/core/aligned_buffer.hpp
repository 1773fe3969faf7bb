/// AlignedBuffer: the sole owner of number storage.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <new>
#include <span>
#include <type_traits>

#include "dtheta/core/shape.hpp"
#include "dtheta/core/view.hpp"

namespace dtheta {

/// Owns `size` numbers, zero at first, on a 64-byte boundary (a cache line, an AVX-512 register).
///
/// A value: copying copies the numbers. Throws std::bad_alloc. Not synchronised: threads may share
/// it as long as nobody writes what another touches.
template <class T>
  requires std::is_trivially_copyable_v<T>
class AlignedBuffer {
 public:
  static constexpr std::size_t alignment = 64;

  /// `elements` rounded up to whole cache lines, for parts of a buffer that begin on one each.
  static constexpr Size padded(Size elements) {
    constexpr Size line = static_cast<Size>(alignment / sizeof(T));
    return (elements + line - 1) / line * line;
  }

  AlignedBuffer() = default;
  explicit AlignedBuffer(Size size) : AlignedBuffer(size, Uninitialized{}) {
    std::fill_n(data_.get(), size_, T{});
  }
  AlignedBuffer(const AlignedBuffer& other) : AlignedBuffer(other.size_, Uninitialized{}) {
    std::copy_n(other.data_.get(), size_, data_.get());
  }
  AlignedBuffer(AlignedBuffer&& other) noexcept { swap(other); }
  AlignedBuffer& operator=(AlignedBuffer other) noexcept {
    swap(other);
    return *this;
  }

  T* data() { return data_.get(); }
  const T* data() const { return data_.get(); }
  Size size() const { return size_; }
  T& operator[](Size index) { return data_[static_cast<std::size_t>(index)]; }
  const T& operator[](Size index) const { return data_[static_cast<std::size_t>(index)]; }

  std::span<T> span() { return {data_.get(), static_cast<std::size_t>(size_)}; }
  std::span<const T> span() const { return {data_.get(), static_cast<std::size_t>(size_)}; }
  View<T> view(const Shape& shape) { return {span(), shape}; }
  View<const T> view(const Shape& shape) const { return {span(), shape}; }

  void swap(AlignedBuffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(size_, other.size_);
  }

 private:
  struct Uninitialized {};
  struct Free {
    void operator()(T* data) const { ::operator delete[](data, std::align_val_t{alignment}); }
  };

  AlignedBuffer(Size size, Uninitialized)
      : data_(static_cast<T*>(::operator new[](static_cast<std::size_t>(size) * sizeof(T),
                                               std::align_val_t{alignment}))),
        size_(size) {}

  std::unique_ptr<T[], Free> data_;
  Size size_ = 0;
};

}  // namespace dtheta
