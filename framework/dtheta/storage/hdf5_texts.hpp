/// Strings out of HDF5 files.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "dtheta/core/shape.hpp"
#include "dtheta/storage/hdf5.hpp"
#include "dtheta/storage/hdf5_raw.hpp"

namespace dtheta::hdf5 {

/// Room for strings that HDF5 is about to read, of fixed or variable length.
class TextBuffer {
 public:
  /// For `count` strings of the stored string type `type`, which must outlive this.
  TextBuffer(Id type, Size count);
  ~TextBuffer();
  TextBuffer(const TextBuffer&) = delete;
  TextBuffer& operator=(const TextBuffer&) = delete;

  /// What HDF5 is to read into data() as. Bytes, not pointers to memory of its own.
  Id memory_type() const;
  void* data() { return bytes_.data(); }

  /// The strings that were read from the file; what pads those of fixed length is taken off. Throws
  /// DataError, to follow the object's name in a message, when the text is damaged or more than the
  /// file can hold.
  std::vector<std::string> texts(const RawFile& file) const;

 private:
  class ReferenceType;
  Id type_;
  std::unique_ptr<ReferenceType> references_;  // for strings of variable length
  std::vector<char> bytes_;
};

}  // namespace dtheta::hdf5
