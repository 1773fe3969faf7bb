/// SampleBatch: samples that are visited together.
#pragma once

#include <cstddef>
#include <span>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// Samples of a data set: the number of each, and where its numbers lie in memory. A window on
/// arrays that somebody else owns; pass by value.
struct SampleBatch {
  std::span<const Size> samples;           ///< {m}
  std::span<const std::byte* const> rows;  ///< {m}; each a sample in the data set's type
  /// {m}; what their random numbers are keyed by, another one each time that a sample comes in an
  /// epoch. Empty: the samples' numbers.
  std::span<const Size> keys = {};

  Size size() const { return static_cast<Size>(samples.size()); }
  Size key(Size place) const {
    return (keys.empty() ? samples : keys)[static_cast<std::size_t>(place)];
  }
  bool empty() const { return samples.empty(); }
  /// The `count` samples from place `first` on.
  SampleBatch part(Size first, Size count) const {
    const auto from = static_cast<std::size_t>(first);
    const auto some = static_cast<std::size_t>(count);
    return {samples.subspan(from, some), rows.subspan(from, some),
            keys.empty() ? keys : keys.subspan(from, some)};
  }
};

}  // namespace dtheta
