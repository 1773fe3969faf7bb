/// Text without the blanks around it.
#pragma once

#include <string_view>

namespace dtheta {

/// `text` without spaces, tabs and ends of lines at either end: a part of it, which must outlive
/// the result.
inline std::string_view trimmed(std::string_view text) {
  constexpr std::string_view blank = " \t\r\n";
  const auto first = text.find_first_not_of(blank);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blank) - first + 1);
}

}  // namespace dtheta
