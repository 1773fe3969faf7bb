#include "dtheta/storage/messages.hpp"

#include <algorithm>

namespace dtheta {

std::string with_separators(Size number) {
  std::string text = std::to_string(number);
  const std::ptrdiff_t first_digit = number < 0 ? 1 : 0;
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > first_digit; at -= 3) {
    text.insert(static_cast<std::size_t>(at), 1, ',');
  }
  return text;
}

std::string printable(std::string_view text) {
  constexpr std::size_t limit = 200;
  std::string result(text.substr(0, limit));
  std::ranges::replace_if(
      result, [](unsigned char c) { return c < 0x20 || c == 0x7f; }, '?');
  if (text.size() > limit) result += "...";
  return result;
}

}  // namespace dtheta
