/// BufferPlan: which values can take turns in one buffer.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// Hands out buffers for values whose lives are known, each as large as the largest value it ever
/// holds. Only a plan: it has numbers of buffers and their sizes. A value; for one thread.
class BufferPlan {
 public:
  /// A buffer that no living value has, for one of `size` elements.
  std::size_t acquire(Size size) {
    std::size_t buffer = sizes_.size();
    if (free_.empty()) {
      sizes_.push_back(0);
    } else {
      buffer = free_.back();
      free_.pop_back();
    }
    sizes_[buffer] = std::max(sizes_[buffer], size);
    return buffer;
  }

  /// The buffer's value is needed no longer.
  void release(std::size_t buffer) { free_.push_back(buffer); }

  const std::vector<Size>& sizes() const { return sizes_; }

 private:
  std::vector<Size> sizes_;
  std::vector<std::size_t> free_;
};

}  // namespace dtheta
