#include "dtheta/core/suggestion.hpp"

#include <algorithm>
#include <vector>

namespace dtheta {

int edit_distance(std::string_view a, std::string_view b) {
  const std::size_t columns = b.size() + 1;
  std::vector<int> distance((a.size() + 1) * columns);
  const auto at = [&](std::size_t i, std::size_t j) -> int& { return distance[i * columns + j]; };
  for (std::size_t i = 0; i <= a.size(); ++i) at(i, 0) = static_cast<int>(i);
  for (std::size_t j = 0; j <= b.size(); ++j) at(0, j) = static_cast<int>(j);
  for (std::size_t i = 1; i <= a.size(); ++i) {
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const int replaced = at(i - 1, j - 1) + (a[i - 1] == b[j - 1] ? 0 : 1);
      at(i, j) = std::min({at(i - 1, j) + 1, at(i, j - 1) + 1, replaced});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        at(i, j) = std::min(at(i, j), at(i - 2, j - 2) + 1);
      }
    }
  }
  return at(a.size(), b.size());
}

std::string did_you_mean(std::string_view word, std::span<const std::string> known) {
  const auto nearest = std::ranges::min_element(
      known, {}, [&](const std::string& candidate) { return edit_distance(word, candidate); });
  if (nearest == known.end()) return "";
  const auto length = static_cast<int>(std::max(word.size(), nearest->size()));
  if (edit_distance(word, *nearest) > std::max(1, length / 3)) return "";
  return "; did you mean '" + *nearest + "'?";
}

}  // namespace dtheta
