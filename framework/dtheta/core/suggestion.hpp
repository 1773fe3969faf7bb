/// Suggestions for a mistyped word.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace dtheta {

/// The number of insertions, deletions, replacements and swaps of neighbours that turn one word
/// into the other (optimal string alignment).
int edit_distance(std::string_view a, std::string_view b);

/// "; did you mean 'train'?" for the nearest of the known words, the first of equals; empty when
/// none is near (more than one change in three letters).
std::string did_you_mean(std::string_view word, std::span<const std::string> known);

}  // namespace dtheta
