/// Selection: which samples of a data set are trained on, and how often.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dtheta/core/random.hpp"
#include "dtheta/core/shape.hpp"

namespace dtheta {

/// Whole numbers that add up to `total` and are as the `sizes` are to each other: rounded down, the
/// rest to the largest remainders (Hamilton's method), the earlier of equals. total in {0, ...,
/// Σ sizes} (asserted); none is above its size.
std::vector<Size> apportioned(std::span<const Size> sizes, Size total);

/// `count` of the `samples`, drawn at random, ascending. With `labels`, the class {N} of every
/// sample there is, each class keeps its share as `apportioned` says; empty: any `count`. count in
/// {0, ..., samples.size()} (asserted).
std::vector<Size> draw_samples(std::span<const Size> samples, Size count,
                               std::span<const std::int32_t> labels, Philox& random);

/// The `samples` with those of rarer classes repeated, so that every class that there is comes as
/// often as the most frequent: all of a class equally often, and for the rest as many as are
/// missing once more, drawn at random (Purpose::class_balance). Ascending, equal numbers side by
/// side. `labels` {N} as above.
std::vector<Size> balanced_samples(std::span<const Size> samples,
                                   std::span<const std::int32_t> labels, std::uint64_t seed);

}  // namespace dtheta
