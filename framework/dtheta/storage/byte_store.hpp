/// Where the bytes of a file that is being written go.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// Bytes that are written in any order and read back meanwhile. One thread at a time.
class ByteStore {
 public:
  ByteStore() = default;
  virtual ~ByteStore() = default;
  ByteStore(const ByteStore&) = delete;
  ByteStore& operator=(const ByteStore&) = delete;

  /// Puts `content` at byte `offset`, which may lie beyond the end. Throws InputOutputError.
  virtual void write(Size offset, std::span<const std::byte> content) = 0;

  /// Fills `content` from byte `offset`; zeros stand for what was never written. Throws
  /// InputOutputError.
  virtual void read(Size offset, std::span<std::byte> content) const = 0;
};

/// The image of a file in memory. Throws std::bad_alloc instead of InputOutputError.
class MemoryImage final : public ByteStore {
 public:
  void write(Size offset, std::span<const std::byte> content) override;
  void read(Size offset, std::span<std::byte> content) const override;

  /// All bytes from the first to the last that was written.
  std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

}  // namespace dtheta
