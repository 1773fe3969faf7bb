/// Files that are either old or new, never torn.
#pragma once

#include <cstddef>
#include <filesystem>
#include <span>

namespace dtheta {

/// Puts `content` at `path` so that a reader, or a machine that loses power, finds the whole old
/// file or the whole new one: temporary file in the same folder, fsync, rename, fsync of the
/// folder. Throws CannotCreate when the file cannot be created there, InputOutputError when writing
/// fails; the old file is then untouched and the temporary one is gone.
void write_atomically(const std::filesystem::path& path, std::span<const std::byte> content);

/// Throws CannotCreate unless a file could be created at `path`: asked before hours of work, so
/// that they are not lost for a typing error. Leaves nothing behind.
void check_can_create(const std::filesystem::path& path);

}  // namespace dtheta
