/// SampleReader: samples that stay where they are until they are wanted.
#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// Reads the samples of one part of a data set, wherever they are kept.
class SampleReader {
 public:
  virtual ~SampleReader() = default;

  /// The samples {first, ..., first + count - 1}, in their native type and NHWC, into `x`
  /// {count * bytes of a sample}, overwritten. They must be there. Safe from any thread; calls that
  /// come at the same time wait for one another. Throws InputOutputError when the system cannot
  /// read, DataError when what is stored is damaged.
  virtual void read(Size first, Size count, std::span<std::byte> x) const = 0;

  /// What is read, for messages: "large.h5: /train/x".
  virtual std::string name() const = 0;
};

}  // namespace dtheta
