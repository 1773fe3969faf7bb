/// InputFile: the bytes of a plain or gzip-compressed file, read in order.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"

namespace dtheta {

/// Reads a file from its beginning to its end; gzip is recognised by its content. One thread at a
/// time. All of it throws InputOutputError when the file cannot be read and DataError when its
/// compression is damaged or ends early, naming the file.
class InputFile {
 public:
  explicit InputFile(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }

  /// Fills `destination` and returns how many bytes there were: fewer only at the end of the file.
  std::size_t read(std::span<std::byte> destination);

  /// The next `size` bytes, or as many as there are. A size that a header merely claims is safe:
  /// memory grows with the bytes that arrive.
  AlignedBuffer<std::byte> read_up_to(Size size);

  /// Everything that is left, as text.
  std::string read_text();

 private:
  struct Close {
    void operator()(void* file) const;  // keeps zlib out of this header
  };
  std::filesystem::path path_;
  std::unique_ptr<void, Close> file_;
};

}  // namespace dtheta
