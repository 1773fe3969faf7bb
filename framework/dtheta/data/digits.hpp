/// A generated data set of hand-drawn-looking digits.
#pragma once

#include <cstdint>

#include "dtheta/data/splits.hpp"

namespace dtheta {

/// How many digits, and from which seed.
struct DigitsOptions {
  Size train = 10'000;
  Size test = 2'000;
  std::uint64_t seed = 1;
};

/// Digits 0 to 9 as 28x28x1 uint8 pictures (ink 255 on 0), drawn as strokes of random shape, slant,
/// size, thickness, position and noise. Sample i of a split depends on (seed, split, i) only
/// (Purpose::synthetic_data), so a larger set begins with the smaller one. Every ten neighbours
/// hold each class once. Throws UsageError for fewer than one training sample or a negative count.
DatasetSplits make_digits(const DigitsOptions& options);

}  // namespace dtheta
