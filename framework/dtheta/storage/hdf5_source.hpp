/// Source: where the content of an HDF5 file comes from.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dtheta/storage/hdf5_objects.hpp"

namespace dtheta::hdf5 {

/// The questions that a Reader asks of a file. Throws as a Reader does; safe from any
/// thread.
class Source {
 public:
  Source() = default;
  virtual ~Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  virtual Presence presence(std::string_view object) const = 0;
  virtual std::vector<std::string> members(std::string_view group) const = 0;

  virtual Content content(std::string_view dataset) const = 0;
  virtual OpenArray open(std::string_view dataset) const = 0;
  /// As Reader::read_rows; a scalar is one row.
  virtual void read_rows(const OpenArray& array, Size first, Size count,
                         std::span<std::byte> numbers) const = 0;
  virtual std::vector<std::string> read_texts(std::string_view dataset) const = 0;
  virtual std::string storage_text(std::string_view dataset) const = 0;

  virtual std::optional<double> number(std::string_view object,
                                       const std::string& attribute) const = 0;
  virtual std::optional<std::string> text(std::string_view object,
                                          const std::string& attribute) const = 0;
  virtual std::vector<SplitRow> split_table() const = 0;

  virtual std::vector<TreeEntry> entries(const TreeLimits& limits) const = 0;
};

}  // namespace dtheta::hdf5
