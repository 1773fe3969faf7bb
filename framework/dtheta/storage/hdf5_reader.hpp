/// Reader: an HDF5 file that someone sent.
#pragma once

#include <cstddef>
#include <ctime>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/shape.hpp"
#include "dtheta/data/dataset.hpp"
#include "dtheta/storage/hdf5.hpp"
#include "dtheta/storage/hdf5_raw.hpp"
#include "dtheta/storage/hdf5_texts.hpp"

namespace dtheta::hdf5 {

/// What a stored array of numbers is, as its header tells.
struct ArrayInfo {
  ElementType type;
  Shape shape;

  Size bytes() const { return shape.size() * element_size(type); }
};

/// What stands at a place of a file's tree.
enum class ObjectKind { group, dataset, link, damaged };

/// One object of a file.
struct TreeEntry {
  std::string path;  ///< "/train/x"
  std::string name;  ///< "x"
  int level = 1;     ///< 1 for the members of the root
  ObjectKind kind = ObjectKind::group;
  std::string text = {};  ///< of a dataset its type and shape, or why it cannot be read

  /// The name as it stands in a tree: indented by its level, "/" after a group.
  std::string label() const;
};

/// How much of a tree is looked at: a file can hold millions of objects, and groups that contain
/// themselves.
struct TreeLimits {
  int levels;
  std::size_t members;  ///< of one group
  std::size_t entries;  ///< of all
};

/// A row of the table in which Fuel keeps which rows of which dataset belong to which part.
struct SplitRow {
  std::string split;   ///< "train"
  std::string source;  ///< "features"
  Size start;
  Size stop;
};

/// A dataset of numbers that has been found fit for reading, held open. Must not outlive the
/// Reader.
struct OpenArray {
  std::string name;
  ArrayInfo info;
  Handle dataset;
};

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
/// limit), and every chunk must have been written.
///
/// Objects are named by their full path, "/train/x"; "/" is the root. Everything throws DataError,
/// naming the file and the object, when the content is not what it should be, and InputOutputError
/// when the operating system cannot read. One thread at a time.
class Reader {
 public:
  /// Throws InputOutputError when the file cannot be opened, DataError when it is not an HDF5 file
  /// or is damaged.
  explicit Reader(const std::filesystem::path& path);

  /// Whether the file exists and begins like an HDF5 file. Never throws for what is in it.
  static bool recognises(const std::filesystem::path& path);

  const std::filesystem::path& path() const { return path_; }

  Size file_size() const { return stamp_.size; }

  /// Throws InputOutputError when the file is not as it was when it was opened: the library reads
  /// zeros where it has become shorter.
  void check_unchanged() const;

  bool contains(std::string_view object) const;
  bool is_group(std::string_view object) const;
  /// The names in a group, in alphabetical order; the first 1,000 of more. None for what is no
  /// group.
  std::vector<std::string> members(std::string_view group) const;

  /// Type and shape of a dataset of numbers.
  ArrayInfo describe(std::string_view dataset) const;
  /// The same, held open for reading it by rows.
  OpenArray open(std::string_view dataset) const;
  /// The rows {first, ..., first + count - 1} of the array's outermost axis, in native byte order,
  /// into `numbers` {count * info.shape.sample().size() * element size}. They must be there.
  void read_rows(const OpenArray& array, Size first, Size count,
                 std::span<std::byte> numbers) const;
  /// The same as doubles, {count * info.shape.sample().size()}; rounded where they must be.
  void read_rows(const OpenArray& array, Size first, Size count, std::span<double> numbers) const;
  /// Its numbers in native byte order, {describe(dataset).bytes()}.
  AlignedBuffer<std::byte> read_numbers(std::string_view dataset) const;
  /// Its numbers as doubles, {describe(dataset).shape.size()}; rounded where they must be.
  AlignedBuffer<double> read_doubles(std::string_view dataset) const;
  /// Whether it is a dataset of numbers that dtheta reads, or of strings.
  bool holds_numbers(std::string_view dataset) const;
  bool holds_texts(std::string_view dataset) const;
  /// A dataset of strings, of fixed or variable length; any shape, row-major.
  std::vector<std::string> read_texts(std::string_view dataset) const;

  /// An attribute that is one number or one string, of fixed or variable length; none where the
  /// object or the attribute is missing.
  std::optional<double> number(std::string_view object, const std::string& attribute) const;
  std::optional<std::string> text(std::string_view object, const std::string& attribute) const;

  /// The root's attribute `split`, Fuel's table; empty where there is none.
  std::vector<SplitRow> split_table() const;

  /// The file's objects, parents before their members, members in alphabetical order. Links and
  /// damaged objects are entries, too.
  std::vector<TreeEntry> entries(TreeLimits limits) const;
  /// The entries, a line each, as far as it is short: for error messages.
  std::string tree() const;
  /// How a dataset lies in the file: "contiguous", "chunks of 64x28x28, gzip 4, shuffle".
  std::string storage_text(std::string_view dataset) const;

  /// Throws DataError: "file: object message".
  [[noreturn]] void fail(std::string_view object, std::string_view message) const;

 private:
  Handle open_root() const;
  Handle find(std::string_view object) const;
  Handle open_dataset(std::string_view dataset) const;
  void read_into(const OpenArray& array, ElementType type, void* numbers) const;
  void read_rows_into(const OpenArray& array, Size first, Size count, ElementType type,
                      void* numbers) const;
  Handle open_attribute(std::string_view object, const std::string& attribute) const;
  std::vector<std::string> texts_in(std::string_view object, const TextBuffer& buffer) const;
  Shape shape_of(std::string_view object, const Handle& space) const;
  void check(std::string_view object, std::int64_t result) const;

  std::filesystem::path path_;
  FileStamp stamp_;
  Handle file_;
  RawFile raw_;
};

}  // namespace dtheta::hdf5
