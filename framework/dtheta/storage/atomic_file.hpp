/// Files that are either old or new, never torn.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// A file being written beside the one it will replace: temporary file in the same folder, fsync,
/// rename, fsync of the folder. A reader, or a machine that loses power, finds the whole old file
/// or the whole new one.
///
/// Where `path` is a symbolic link, the file it points to is replaced. The new file has the
/// permissions of the old one, or those that the umask leaves. One thread at a time.
class AtomicFile {
 public:
  /// Creates the empty temporary file. Throws CannotCreate when that fails or when `path` is
  /// something else than a regular file.
  explicit AtomicFile(const std::filesystem::path& path);
  /// Removes the temporary file unless it was committed.
  ~AtomicFile();
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;

  /// Puts `content` at byte `offset`, which may lie beyond the end. Throws InputOutputError.
  void write(Size offset, std::span<const std::byte> content);

  /// Fills `content` from byte `offset`; zeros stand for what was never written. Throws
  /// InputOutputError.
  void read(Size offset, std::span<std::byte> content) const;

  /// Makes the file durable and puts it in its place. Once, at the end. Throws InputOutputError
  /// when writing it out fails, CannotCreate when it cannot be put in place.
  void commit();

 private:
  std::filesystem::path path_;    ///< as the caller named it: for messages
  std::filesystem::path target_;  ///< where symbolic links lead
  std::filesystem::path temporary_;
  int descriptor_ = -1;
};

/// Puts `content` at `path` by way of an AtomicFile. Throws CannotCreate when the file cannot be
/// created there, InputOutputError when writing fails; the old file is then untouched and the
/// temporary one is gone.
void write_atomically(const std::filesystem::path& path, std::span<const std::byte> content);

/// Throws CannotCreate unless a file could be created at `path`: asked before hours of work, so
/// that they are not lost for a typing error. Leaves nothing behind.
void check_can_create(const std::filesystem::path& path);

}  // namespace dtheta
