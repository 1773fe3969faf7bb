/// The words of a layer list's entry, and what layers read from them and write.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dtheta/core/shape.hpp"
#include "dtheta/math/window.hpp"

namespace dtheta {

/// The words of one entry, in lower case, read from left to right. A value, for one thread at a
/// time.
class LayerWords {
 public:
  /// `grammar` is shown with errors, and its words in lower case are suggested for mistyped ones:
  /// an entry a line, remarks in parentheses.
  LayerWords(std::string_view entry, std::string grammar);

  /// The next word; empty at the end. Valid as long as the object.
  std::string_view peek() const;
  /// The same, and goes on to the one behind it.
  std::string_view take();
  /// Goes on if the next word is this one.
  bool take_if(std::string_view word);

  /// Throws UsageError: the entry, the offending word, what was wanted there or is spelt nearly so,
  /// the grammar.
  [[noreturn]] void refuse(std::string_view word, std::string_view wanted) const;

 private:
  std::string suggestion_for(std::string_view word) const;

  std::string entry_;
  std::string grammar_;
  std::vector<std::string> words_;
  std::size_t next_ = 0;
};

/// A whole number from 1. `what` says in the error what it is.
Size take_count(LayerWords& words, std::string_view what);
/// A number, if the next word is one.
std::optional<double> take_number(LayerWords& words);
/// "3x5", or "3" for 3x3; from `least`, 0 or 1.
Extent2d take_extent(LayerWords& words, std::string_view what, Size least = 1);
/// "[stride SIZE]"; nothing without it.
std::optional<Extent2d> take_stride(LayerWords& words);
/// "[dilation SIZE]", 1x1 without it.
Extent2d take_dilation(LayerWords& words);
/// "7x7x16": 1 to 4 extents.
Shape take_shape(LayerWords& words);
/// "[valid|same]", valid without it.
Padding take_padding(LayerWords& words);

/// "3x5"; also "3x3".
std::string full_text(const Extent2d& extent);
/// "3x5", but "3" for 3x3.
std::string short_text(const Extent2d& extent);

}  // namespace dtheta
