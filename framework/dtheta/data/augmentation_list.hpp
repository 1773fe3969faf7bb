/// AugmentationStep: one change of samples before they are trained on, and lists of them as text.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace dtheta {

/// What is done to a sample. `augmentation_grammar` says what each is.
enum class AugmentationKind {
  flip,
  flip_vertical,
  crop,
  shift,
  rotate,
  scale,
  brightness,
  contrast,
  cutout,
  mixup
};

/// One entry of a list such as "flip, crop 4". A value.
struct AugmentationStep {
  AugmentationKind kind = AugmentationKind::flip;
  double amount = 0;  ///< pixels, a share, degrees or α; 0 for what has none

  friend bool operator==(const AugmentationStep&, const AugmentationStep&) = default;
};

/// Reads entries that commas separate, in their order; an empty text is an empty list. Throws
/// UsageError for an unknown entry, an amount that is missing or out of range, an entry that comes
/// twice, and for a mixup that is not the last: it mixes samples that are done otherwise.
std::vector<AugmentationStep> parse_augmentation_list(std::string_view text);

/// The text that parse_augmentation_list reads back: "flip, crop 4".
std::string augmentation_list_text(const std::vector<AugmentationStep>& steps);

/// The entries that there are, a line each, with what they do.
std::string augmentation_grammar();

}  // namespace dtheta
