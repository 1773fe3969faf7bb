#include "dtheta/storage/csv_reader.hpp"

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/input_file.hpp"

namespace dtheta {

CsvReader::CsvReader(const std::filesystem::path& path)
    : path_(path), text_(InputFile(path).read_text()) {
  if (text_.starts_with("\xef\xbb\xbf")) at_ = 3;
}

bool CsvReader::at_line_end() const {
  return at_ == text_.size() || text_[at_] == '\n' || text_[at_] == '\r';
}

void CsvReader::skip_blanks() {
  while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\t')) ++at_;
}

bool CsvReader::next(std::vector<std::string_view>& fields) {
  fields.clear();
  for (; at_ < text_.size() && at_line_end(); ++at_) line_ += text_[at_] == '\n';
  if (at_ == text_.size()) return false;
  row_line_ = line_;
  for (;;) {
    skip_blanks();
    const bool quoted = at_ < text_.size() && text_[at_] == '"';
    fields.push_back(quoted ? quoted_field() : plain_field());
    if (at_line_end()) return true;
    ++at_;  // the comma
  }
}

std::string_view CsvReader::plain_field() {
  const std::size_t first = at_;
  while (!at_line_end() && text_[at_] != ',') ++at_;
  std::size_t end = at_;
  while (end > first && (text_[end - 1] == ' ' || text_[end - 1] == '\t')) --end;
  return std::string_view(text_).substr(first, end - first);
}

std::string_view CsvReader::quoted_field() {
  const std::size_t first = ++at_;
  std::size_t end = first;  // doubled quotes are undone in place: the field only gets shorter
  for (;; ++at_) {
    if (at_ == text_.size()) {
      throw DataError(
          fmt::format("{}: line {} has a quote that is never closed", path_.string(), row_line_));
    }
    if (text_[at_] == '"') {
      const bool doubled = at_ + 1 < text_.size() && text_[at_ + 1] == '"';
      if (!doubled) break;
      ++at_;
    }
    line_ += text_[at_] == '\n';
    text_[end++] = text_[at_];
  }
  ++at_;  // the closing quote
  skip_blanks();
  if (!at_line_end() && text_[at_] != ',') {
    throw DataError(fmt::format("{}: line {} has text after a closing quote; wanted a comma",
                                path_.string(), row_line_));
  }
  return std::string_view(text_).substr(first, end - first);
}

}  // namespace dtheta
