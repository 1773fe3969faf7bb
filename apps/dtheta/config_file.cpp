#include "config_file.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/trimmed.hpp"

namespace dtheta::cli {
namespace {

/// A value without its quotes, or without the comment behind it.
std::string_view bare_value(std::string_view text) {
  if (!text.empty() && text.front() == '"') {
    const auto end = text.find('"', 1);
    if (end != std::string_view::npos) return text.substr(1, end - 1);
  }
  for (std::size_t at = 0; at < text.size(); ++at) {
    const bool follows_blank = at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t';
    if (text[at] == '#' && follows_blank) return trimmed(text.substr(0, at));
  }
  return text;
}

}  // namespace

std::vector<ConfigLine> read_config(const std::filesystem::path& file) {
  std::ifstream stream(file);
  if (!stream) {
    throw InputOutputError(fmt::format("{}: cannot read: {}", file.string(), std::strerror(errno)));
  }
  std::vector<ConfigLine> lines;
  std::string section;
  std::string text;
  for (int number = 1; std::getline(stream, text); ++number) {
    const std::string_view line = trimmed(text);
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '[' && line.back() == ']') {
      section = trimmed(line.substr(1, line.size() - 2));
      continue;
    }
    const auto equals = line.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
      throw UsageError(
          fmt::format("{}:{}: found '{}', wanted 'key = value'", file.string(), number, line));
    }
    lines.push_back({.line = number,
                     .section = section,
                     .key = std::string(trimmed(line.substr(0, equals))),
                     .value = std::string(bare_value(trimmed(line.substr(equals + 1))))});
  }
  if (stream.bad()) throw InputOutputError(file.string() + ": cannot read to its end");
  return lines;
}

}  // namespace dtheta::cli
