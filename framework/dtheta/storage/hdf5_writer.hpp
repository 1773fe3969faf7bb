/// Writer: an HDF5 file that appears whole or not at all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dtheta/core/shape.hpp"
#include "dtheta/data/dataset.hpp"
#include "dtheta/storage/atomic_file.hpp"
#include "dtheta/storage/hdf5.hpp"
#include "dtheta/storage/hdf5_driver.hpp"

namespace dtheta::hdf5 {

/// How numbers lie in the file.
enum class Storage {
  in_one_piece,       ///< what is always read whole
  in_chunks_of_rows,  ///< whole entries of the first axis, up to 1 MiB but at least one
};

/// Writes an HDF5 file by way of an AtomicFile, or its image into memory. The same calls give the
/// same bytes: nothing of the time or place of writing gets into the file. Objects are named by
/// their full path, "/train/x"; the group they are in must exist.
///
/// Everything throws InputOutputError when writing fails. One thread at a time.
class Writer {
 public:
  /// Throws CannotCreate as AtomicFile.
  explicit Writer(const std::filesystem::path& path);
  /// Writes into `image`, which must outlive the writer, and leaves its first `user_block` bytes (a
  /// power of two from 512 on) free: HDF5 does not look at them. `path` is for messages.
  Writer(const std::filesystem::path& path, MemoryImage& image, Size user_block);
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  void create_group(const std::string& group);

  /// `numbers` {shape}, in native byte order. Chunks are packed by gzip at the level `compression`
  /// from 1 to 9, their bytes shuffled before; 0: they are not.
  void write_numbers(const std::string& dataset, ElementType type, const Shape& shape,
                     std::span<const std::byte> numbers, Storage storage, int compression = 0);
  /// {texts.size()} strings of fixed length, UTF-8.
  void write_texts(const std::string& dataset, std::span<const std::string> texts);

  void set_number(const std::string& object, const std::string& name, double number);
  void set_number(const std::string& object, const std::string& name, std::int64_t number);
  /// One string of variable length, UTF-8: what h5py writes for a str.
  void set_text(const std::string& object, const std::string& name, const std::string& text);
  /// Strings of fixed length: what h5py writes for a numpy array of bytes.
  void set_texts(const std::string& object, const std::string& name,
                 std::span<const std::string> texts);

  /// Completes the file and puts it in its place, where it has one. Once, at the end. Throws
  /// CannotCreate as AtomicFile.
  void commit();

 private:
  void create(Size user_block);
  void check(std::int64_t result, std::string_view what) const;
  void write(const std::string& dataset, Id type, Id space, Id creation, const void* data);
  void set_attribute(const std::string& object, const std::string& name, Id type, Id space,
                     const void* data);

  std::filesystem::path path_;
  std::optional<AtomicFile> output_;
  Destination destination_;
  Driver driver_;
  Handle file_;
};

}  // namespace dtheta::hdf5
