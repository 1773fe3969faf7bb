/// Numbers of messages, in the precision of a task.
#pragma once

#include <algorithm>
#include <span>
#include <stdexcept>
#include <vector>

#include <nlohmann/json.hpp>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/shape.hpp"
#include "dtheta/core/view.hpp"

namespace dtheta::reference {

inline Shape shape_of(const nlohmann::json& extents) {
  return Shape(extents.get<std::vector<Size>>());
}

template <class T>
AlignedBuffer<T> buffer_of(const std::vector<double>& numbers) {
  AlignedBuffer<T> buffer(std::ssize(numbers));
  std::ranges::transform(numbers, buffer.data(), [](double n) { return static_cast<T>(n); });
  return buffer;
}

template <class T>
std::vector<double> numbers_of(std::span<const T> numbers) {
  return {numbers.begin(), numbers.end()};
}

/// Copies numbers[at], ... and moves `at` on behind them. Throws std::runtime_error when there are
/// too few.
template <class T>
void take(std::span<T> to, const std::vector<double>& numbers, std::size_t& at) {
  if (at + to.size() > numbers.size()) throw std::runtime_error("too few numbers");
  for (T& number : to) number = static_cast<T>(numbers[at++]);
}

/// Arrays of numbers one after another, and a view of each.
template <class T>
class Arrays {
 public:
  explicit Arrays(std::vector<Shape> shapes) : shapes_(std::move(shapes)) {
    for (const Shape& shape : shapes_) buffers_.emplace_back(shape.size());
  }
  Arrays(std::vector<Shape> shapes, const std::vector<double>& numbers) : Arrays(shapes) {
    std::size_t at = 0;
    for (AlignedBuffer<T>& buffer : buffers_) take(buffer.span(), numbers, at);
  }

  template <class Number = T>
  std::vector<View<Number>> views() {
    std::vector<View<Number>> views;
    for (std::size_t i = 0; i < shapes_.size(); ++i) {
      views.emplace_back(buffers_[i].data(), shapes_[i]);
    }
    return views;
  }
  std::vector<double> numbers() const {
    std::vector<double> all;
    for (const AlignedBuffer<T>& buffer : buffers_) {
      all.insert(all.end(), buffer.span().begin(), buffer.span().end());
    }
    return all;
  }

 private:
  std::vector<Shape> shapes_;
  std::vector<AlignedBuffer<T>> buffers_;
};

}  // namespace dtheta::reference
