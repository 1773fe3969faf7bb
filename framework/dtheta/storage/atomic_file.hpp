/// Files that are either old or new, never torn.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

#include "dtheta/core/shape.hpp"
#include "dtheta/storage/byte_store.hpp"

namespace dtheta {

/// A file being written beside the one it will replace: temporary file in the same folder, fsync,
/// rename, fsync of the folder. A reader, or a machine that loses power, finds the whole old file
/// or the whole new one.
///
/// Where `path` is a symbolic link, the file it points to is replaced. The new file has the
/// permissions of the old one, or those that the umask leaves. One thread at a time.
class AtomicFile final : public ByteStore {
 public:
  /// Creates the empty temporary file. Throws CannotCreate when that fails or when `path` is
  /// something else than a regular file.
  explicit AtomicFile(const std::filesystem::path& path);
  /// Removes the temporary file unless it was committed.
  ~AtomicFile() override;

  void write(Size offset, std::span<const std::byte> content) override;
  void read(Size offset, std::span<std::byte> content) const override;

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

/// Makes durable which files the folder has. False, with errno, when that fails; file systems that
/// cannot do it for a folder count as durable.
bool sync_folder(const std::filesystem::path& folder);

/// Removes from `folder` the temporary files of AtomicFiles whose process is gone: it was killed or
/// the machine stopped. Those of living processes are locked. Best effort: what cannot be removed
/// stays.
void remove_abandoned(const std::filesystem::path& folder);

}  // namespace dtheta
