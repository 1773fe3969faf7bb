/// FileSource: an HDF5 file that this process reads.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>

#include "dtheta/storage/descriptor.hpp"
#include "dtheta/storage/hdf5_raw.hpp"
#include "dtheta/storage/hdf5_read_driver.hpp"
#include "dtheta/storage/hdf5_source.hpp"
#include "dtheta/storage/hdf5_texts.hpp"

namespace dtheta::hdf5 {

/// Reads with the HDF5 library, by the rules that Reader promises.
class FileSource final : public Source {
 public:
  /// `file` is open and must outlive this; `name` is its name in messages. Throws DataError when it
  /// is not HDF5 or is damaged.
  FileSource(int file, const std::filesystem::path& name);

  Presence presence(std::string_view object) const override;
  std::vector<std::string> members(std::string_view group) const override;
  Content content(std::string_view dataset) const override;
  OpenArray open(std::string_view dataset) const override;
  void read_rows(const OpenArray& array, Size first, Size count,
                 std::span<std::byte> numbers) const override;
  std::vector<std::string> read_texts(std::string_view dataset) const override;
  std::string storage_text(std::string_view dataset) const override;
  std::optional<double> number(std::string_view object,
                               const std::string& attribute) const override;
  std::optional<std::string> text(std::string_view object,
                                  const std::string& attribute) const override;
  std::vector<SplitRow> split_table() const override;
  std::vector<TreeEntry> entries(const TreeLimits& limits) const override;

 private:
  [[noreturn]] void fail(std::string_view object, std::string_view message) const;
  void check(std::string_view object, std::int64_t result) const;
  Handle open_file() const;
  Handle open_root() const;
  Handle find(std::string_view object) const;
  Handle open_dataset(std::string_view dataset) const;
  void read_scalar(const OpenArray& array, std::span<std::byte> number) const;
  Handle open_attribute(std::string_view object, const std::string& attribute) const;
  std::vector<std::string> texts_in(std::string_view object, const TextBuffer& buffer) const;
  Shape shape_of(std::string_view object, const Handle& space) const;

  std::filesystem::path path_;
  Size file_size_ = 0;
  std::unique_ptr<Origin> origin_;  // HDF5 has its address
  ReadDriver driver_;
  Handle file_;
  RawFile raw_;
};

}  // namespace dtheta::hdf5
