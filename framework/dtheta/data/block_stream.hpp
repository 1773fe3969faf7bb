/// BlockStream: the blocks of a shuffled epoch, read before they are needed.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dtheta/data/dataset.hpp"
#include "dtheta/data/sample_loader.hpp"
#include "dtheta/data/sampler.hpp"

namespace dtheta {

/// How a training goes through its samples.
struct SampleOrder {
  std::uint64_t seed = 0;
  Size window = 1;  ///< see epoch_order
  Size batch = 1;   ///< samples of a step
  Size epochs = 1;
};

/// Bytes of the buffers that a BlockStream of `samples` samples of `data` needs.
Size stream_bytes(const Dataset& data, Size samples, const SampleOrder& order);

/// The window for a data set where none is asked for: all samples in memory; of streamed ones about
/// as many as let the buffers take up to 1 GiB, and three quarters of the data set's stream memory.
/// Throws UsageError when not even one batch fits.
Size default_window(const Dataset& data, Size samples, Size batch);

/// Holds the samples of a training step out of streamed data, in the order of epoch_order.
///
/// Blocks are read in *loads*: one block, or so many that a load has at least the samples of a
/// batch. A batch then lies in one load or two, and there is room for two: while one is used up,
/// the next is read, at the end of an epoch the first of the next. One thread at a time.
class BlockStream {
 public:
  /// For the samples {samples[0], ...}, ascending, of `data`; both must outlive it.
  BlockStream(const Dataset& data, std::span<const Size> samples, const SampleOrder& order);

  /// Waits until the samples at the places {cursor, ..., cursor + count − 1} of the epoch's order
  /// are in memory, count at most a batch, and sees to it that those to come are read. Throws as
  /// SampleLoader::wait. After this, `row` is for that epoch; what it returned before is gone.
  void seek(Size epoch, Size cursor, Size count);

  /// Where the sample samples[index] lies, which is at `place` of the order; for the places that
  /// `seek` has waited for.
  const std::byte* row(Size place, Size index) const;

  Size bytes() const { return loader_.bytes(); }

 private:
  /// Where a block's samples begin in a buffer, counted in samples.
  struct Place {
    Size block;
    Size offset;
  };
  /// What a buffer holds.
  struct Load {
    Size number = -1;              // counted over all epochs; -1: nothing
    const std::byte* x = nullptr;  // since `seek` has waited for it
    std::vector<Place> places = {};
  };
  /// The blocks' order in an epoch.
  struct Epoch {
    Size number = -1;
    std::vector<Size> blocks = {};
  };

  const Epoch& epoch_of(Size number);
  void start_epoch(Size epoch);
  Size load_at(Size place) const;
  void load(Size number);

  const Dataset& data_;
  std::span<const Size> samples_;
  SampleOrder order_;
  SampleBlocks blocks_;
  Size blocks_per_load_;
  Size loads_per_epoch_;
  std::array<Epoch, 2> epochs_;    // the running one and the one after, by number modulo 2
  Size epoch_ = -1;                // the running one
  std::vector<Size> load_begins_;  // its loads' first places, and its end
  std::array<Load, SampleLoader::slots> loads_;  // by number modulo the slots
  std::vector<std::span<const Size>> runs_;      // of a load that is asked for
  SampleLoader loader_;
};

}  // namespace dtheta
