/// The global heap of an HDF5 file, where strings of variable length lie.
///
/// Read here and not by HDF5, whose version 1.10 copies as many bytes as the heap says into a
/// buffer of as many as the reference says: a damaged file ends the process. The format is that of
/// the HDF5 File Format Specification 3.0, III.E.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>

#include "dtheta/core/shape.hpp"
#include "dtheta/storage/hdf5_raw.hpp"

namespace dtheta::hdf5 {

/// What stands in place of a string of variable length.
struct HeapReference {
  static constexpr std::size_t bytes = 16;  ///< on disk, with 8-byte addresses

  explicit HeapReference(std::span<const std::byte, bytes> disk);

  std::uint32_t length = 0;
  std::uint64_t address = 0;  ///< of a collection of objects
  std::uint32_t index = 0;    ///< of one object in it
};

/// Collections of strings, each read once. Keeps no more memory than the file has bytes. One thread
/// at a time.
class GlobalHeap {
 public:
  /// Of a file whose addresses and lengths are of 8 bytes.
  explicit GlobalHeap(const RawFile& file) : file_(file) {}

  /// The string. Throws DataError when the reference or the heap is damaged, or when more text has
  /// been asked for than the file can hold.
  std::string text(const HeapReference& reference);

 private:
  const std::string& collection(std::uint64_t address);

  RawFile file_;
  Size text_taken_ = 0;
  std::uint64_t held_ = 0;  ///< the bytes of all collections; at most the file's
  std::map<std::uint64_t, std::string> collections_;
};

}  // namespace dtheta::hdf5
