/// Sampling: in which order samples are visited, and which are held out.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// n samples, cut into as few blocks of neighbours as hold at most `window` each; the blocks'
/// lengths differ by one at most, the longer ones come first. A value.
class SampleBlocks {
 public:
  /// n at least 1, window in [1, n] (asserted).
  SampleBlocks(Size n, Size window);

  Size samples() const { return samples_; }
  Size count() const { return count_; }
  /// The first sample of block b; of b = count(): samples().
  Size begin(Size b) const { return b * shortest_ + (b < longer_ ? b : longer_); }
  Size length(Size b) const { return begin(b + 1) - begin(b); }
  Size shortest() const { return shortest_; }
  Size longest() const { return length(0); }
  /// The block that a sample is in.
  Size block_of(Size sample) const;

 private:
  Size samples_;
  Size count_;
  Size shortest_;
  Size longer_;  // blocks with a sample more than shortest_
};

/// The order of blocks in one epoch: overwritten with a permutation of {0, ..., order.size() − 1}
/// that depends on seed and epoch only. Allocates nothing.
void block_order(std::uint64_t seed, Size epoch, std::span<Size> order);

/// The order of n = order.size() samples in one epoch: overwritten with a permutation of
/// {0, ..., n − 1} that depends on seed, epoch and window only.
///
/// The samples are cut into SampleBlocks. These are visited in `block_order`, the samples of each
/// in a random order of their own: a reader needs one block in memory at a time. window = n, one
/// block, is a uniformly random permutation. window in [1, n] (asserted). Allocates nothing.
void epoch_order(std::uint64_t seed, Size epoch, Size window, std::span<Size> order);

/// Two parts of a training set; each in ascending order, together all of {0, ..., n − 1}.
struct ValidationSplit {
  std::vector<Size> training;
  std::vector<Size> validation;
};

/// Holds round(share · n) of n samples out, drawn at random by the seed
/// (Purpose::validation_split); with the samples' `labels` {n} in the shares of the classes. share
/// in [0, 1). Throws DataError when a share above 0 leaves either part empty.
ValidationSplit split_for_validation(std::uint64_t seed, Size n, double share,
                                     std::span<const std::int32_t> labels = {});

}  // namespace dtheta
