/// CsvReader: the fields of comma-separated text, a row at a time.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// Reads RFC 4180: fields between commas, perhaps in double quotes, inside which commas, line
/// breaks and doubled quotes stand for themselves. Line ends may be LF or CRLF; a byte order mark
/// and empty lines are skipped; blanks around unquoted fields are cut. One thread at a time.
class CsvReader {
 public:
  /// Plain or gzip. Throws as InputFile.
  explicit CsvReader(const std::filesystem::path& path);

  /// Overwrites `fields` with the next row's, views that live as long as this object. False at the
  /// end. Throws DataError for a quote that is never closed or followed by more text.
  bool next(std::vector<std::string_view>& fields);

  /// The line, counted from 1, on which the latest row began.
  Size line() const { return row_line_; }

 private:
  std::string_view plain_field();
  std::string_view quoted_field();
  void skip_blanks();
  bool at_line_end() const;

  std::filesystem::path path_;
  std::string text_;
  std::size_t at_ = 0;
  Size line_ = 1;
  Size row_line_ = 0;
};

}  // namespace dtheta
