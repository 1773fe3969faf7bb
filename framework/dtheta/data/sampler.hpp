/// Sampling: in which order samples are visited, and which are held out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// The order of n = order.size() samples in one epoch: overwritten with a permutation of
/// {0, ..., n − 1} that depends on seed, epoch and window only.
///
/// The samples are cut into blocks of `window` neighbours (the last may be shorter). The blocks are
/// put into a random order, and the samples of each block are shuffled: a reader needs one block in
/// memory at a time. window = n, one block, is a uniformly random permutation. window in [1, n]
/// (asserted). Allocates nothing.
void epoch_order(std::uint64_t seed, Size epoch, Size window, std::span<Size> order);

/// Two parts of a training set; each in ascending order, together all of {0, ..., n − 1}.
struct ValidationSplit {
  std::vector<Size> training;
  std::vector<Size> validation;
};

/// Holds round(share · n) of n samples out, drawn at random by the seed
/// (Purpose::validation_split). share in [0, 1). Throws DataError when a share above 0 leaves
/// either part empty.
ValidationSplit split_for_validation(std::uint64_t seed, Size n, double share);

}  // namespace dtheta
