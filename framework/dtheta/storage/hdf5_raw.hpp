/// An HDF5 file's own structures, read past the HDF5 library.
///
/// For what the library cannot be trusted with: damaged structures that would end the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "dtheta/core/shape.hpp"
#include "dtheta/storage/hdf5.hpp"

namespace dtheta::hdf5 {

/// The unsigned number in `bytes`, at most 8, little-endian.
std::uint64_t little_endian(std::string_view bytes);

/// The bytes of an open file by HDF5's addresses. A value; does not own the file. Reading from
/// several threads is safe.
class RawFile {
 public:
  /// `size` bytes that the system's `descriptor` reads; addresses count from byte `base`.
  RawFile(int descriptor, Size base, Size size)
      : descriptor_(descriptor), base_(base), size_(size) {}
  /// A file of `size` bytes that the HDF5 library opened, and that `descriptor` reads.
  RawFile(const Handle& file, int descriptor, Size size);

  /// Of the whole file, in bytes.
  Size size() const { return size_; }
  /// How many bytes an address, and a length, takes in this file.
  std::size_t address_bytes() const { return address_bytes_; }
  std::size_t length_bytes() const { return length_bytes_; }

  /// `count` bytes from `address` on; none when the file does not hold them.
  std::optional<std::string> read(std::uint64_t address, std::uint64_t count) const;

 private:
  int descriptor_ = -1;
  Size base_ = 0;
  Size size_ = 0;
  std::size_t address_bytes_ = 8;
  std::size_t length_bytes_ = 8;
};

}  // namespace dtheta::hdf5
