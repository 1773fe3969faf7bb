/// Reader: an HDF5 file that someone sent.
#pragma once

#include <cstddef>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/shape.hpp"
#include "dtheta/storage/descriptor.hpp"
#include "dtheta/storage/hdf5_objects.hpp"
#include "dtheta/storage/hdf5_source.hpp"
#include "dtheta/storage/sandbox.hpp"

namespace dtheta::hdf5 {

/// By which it is known whether a file has changed.
struct FileStamp {
  Size size = 0;
  std::timespec changed = {};
};

/// Reads an HDF5 file without trusting it.
///
/// No plugin is loaded; hard links only are followed; external storage and virtual data sets are
/// refused; headers that the HDF5 library would not survive, too; types are on an allow-list; and
/// no memory is allocated for an array before the file has been found large enough to hold it:
/// stored bytes are at most the file's, deflated data at most 1,032 times its stored bytes (zlib's
/// limit), and every chunk must have been written. In a Sandbox, another process talks to the HDF5
/// library, and what it answers is not trusted either.
///
/// Objects are named by their full path, "/train/x"; "/" is the root. Everything throws DataError,
/// naming the file and the object, when the content is not what it should be, and InputOutputError
/// when the operating system cannot read. One thread at a time.
class Reader {
 public:
  /// Throws InputOutputError when the file cannot be opened, DataError when it is not an HDF5 file
  /// or is damaged, RuntimeUnusable when there is no sandbox to be had here.
  explicit Reader(const std::filesystem::path& path,
                  const std::optional<Sandbox>& sandbox = std::nullopt);

  /// Whether the file exists and begins like an HDF5 file. Never throws for what is in it.
  static bool recognises(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }

  Size file_size() const { return stamp_.size; }

  /// Throws InputOutputError when the file is not as it was when it was opened: the library reads
  /// zeros where it has become shorter.
  void check_unchanged() const;

  bool contains(std::string_view object) const {
    return source_->presence(object) != Presence::nothing;
  }
  bool is_group(std::string_view object) const {
    return source_->presence(object) == Presence::group;
  }
  /// The names in a group, in alphabetical order; the first 1,000 of more. None for what is no
  /// group.
  std::vector<std::string> members(std::string_view group) const { return source_->members(group); }

  /// Type and shape of a dataset of numbers.
  ArrayInfo describe(std::string_view dataset) const { return open(dataset).info; }
  /// The same, held open for reading it by rows.
  OpenArray open(std::string_view dataset) const { return source_->open(dataset); }
  /// The rows {first, ..., first + count - 1} of the array's outermost axis, in native byte order,
  /// into `numbers` {count * info.shape.sample().size() * element size}. They must be there.
  void read_rows(const OpenArray& array, Size first, Size count,
                 std::span<std::byte> numbers) const {
    source_->read_rows(array, first, count, numbers);
  }
  /// The same as doubles, {count * info.shape.sample().size()}; rounded where they must be.
  void read_rows(const OpenArray& array, Size first, Size count, std::span<double> numbers) const;
  /// Its numbers in native byte order, {describe(dataset).bytes()}.
  AlignedBuffer<std::byte> read_numbers(std::string_view dataset) const;
  /// Its numbers as doubles, {describe(dataset).shape.size()}; rounded where they must be.
  AlignedBuffer<double> read_doubles(std::string_view dataset) const;
  /// Whether it is a dataset of numbers that dtheta reads, or of strings.
  bool holds_numbers(std::string_view dataset) const {
    return source_->content(dataset) == Content::numbers;
  }
  bool holds_texts(std::string_view dataset) const {
    return source_->content(dataset) == Content::texts;
  }
  /// A dataset of strings, of fixed or variable length; any shape, row-major.
  std::vector<std::string> read_texts(std::string_view dataset) const {
    return source_->read_texts(dataset);
  }

  /// An attribute that is one number or one string, of fixed or variable length; none where the
  /// object or the attribute is missing.
  std::optional<double> number(std::string_view object, const std::string& attribute) const {
    return source_->number(object, attribute);
  }
  std::optional<std::string> text(std::string_view object, const std::string& attribute) const {
    return source_->text(object, attribute);
  }

  /// The root's attribute `split`, Fuel's table; empty where there is none.
  std::vector<SplitRow> split_table() const { return source_->split_table(); }

  /// The file's objects, parents before their members, members in alphabetical order. Links and
  /// damaged objects are entries, too.
  std::vector<TreeEntry> entries(const TreeLimits& limits) const {
    return source_->entries(limits);
  }
  /// The entries, a line each, as far as it is short: for error messages.
  std::string tree() const;
  /// How a dataset lies in the file: "contiguous", "chunks of 64x28x28, gzip 4, shuffle".
  std::string storage_text(std::string_view dataset) const {
    return source_->storage_text(dataset);
  }

  /// Throws DataError: "file: object message".
  [[noreturn]] void fail(std::string_view object, std::string_view message) const;

 private:
  std::filesystem::path path_;
  Descriptor file_;
  FileStamp stamp_;
  std::unique_ptr<Source> source_;  // reads file_
};

}  // namespace dtheta::hdf5
