/// Configuration files: INI, one option a line.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace dtheta::cli {

/// One `key = value` of a configuration file.
struct ConfigLine {
  int line = 0;         ///< from 1
  std::string section;  ///< of the last `[section]` above; empty: none
  std::string key;
  std::string value;
};

/// Reads an INI file: `key = value` a line, perhaps under `[section]` headings. `#` or `;` begins a
/// comment line, a blank and `#` a comment behind a value; a value in double quotes is taken as it
/// stands. Throws InputOutputError when the file cannot be read, UsageError for a line that is
/// none of these, naming file and line.
std::vector<ConfigLine> read_config(const std::filesystem::path& file);

}  // namespace dtheta::cli
