/// Descriptor: a file, or something like one, that the system holds open.
#pragma once

#include <filesystem>
#include <utility>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// Owns what it is a number for, and closes it; negative: nothing. Movable.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int opened) : value_(opened) {}
  Descriptor(Descriptor&& other) noexcept : value_(std::exchange(other.value_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(value_, other.value_);
    return *this;
  }
  ~Descriptor();

  int get() const { return value_; }

 private:
  int value_ = -1;
};

/// Opens a regular file. Throws InputOutputError when it cannot be read, is no regular file, or is
/// locked by a process that writes it; a file system that cannot lock is no reason not to read.
Descriptor open_to_read(const std::filesystem::path& path);

/// Of an open file, in bytes.
Size size_of(int file);

}  // namespace dtheta
