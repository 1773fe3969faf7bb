/// BatchFeed: the batches of a training, wherever the samples are kept.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "dtheta/data/block_stream.hpp"
#include "dtheta/data/dataset.hpp"
#include "dtheta/data/sample_batch.hpp"

namespace dtheta {

/// Hands out batches in the order of epoch_order. Which samples a batch has, and in which order,
/// is the same whether they are in memory or streamed. Allocates nothing after its construction.
/// One thread at a time.
class BatchFeed {
 public:
  /// For those samples, ascending where they are streamed or one comes several times, of `data`,
  /// which must outlive it. The order's window and batch are in [1, samples.size()] (asserted).
  /// Throws UsageError when streaming in that order takes more than the data set's stream memory.
  BatchFeed(const Dataset& data, std::vector<Size> samples, const SampleOrder& order);

  /// The batch that begins `cursor` samples into an epoch: as many samples as a batch has, or are
  /// left. It is valid until the next call. Streamed samples are read ahead for the batch that
  /// follows; any other has to be waited for. Throws as SampleLoader::wait.
  SampleBatch at(Size epoch, Size cursor);

  Size samples() const { return static_cast<Size>(samples_.size()); }
  /// Bytes of all that it holds in memory besides the data set.
  Size bytes() const;

 private:
  Size key_of(std::size_t index) const;

  const Dataset& data_;
  std::vector<Size> samples_;
  SampleOrder order_;
  Size epoch_ = -1;            // that `places_` is of
  std::vector<Size> places_;   // the epoch's order of `samples_`
  std::vector<Size> numbers_;  // of a batch, as its rows
  std::vector<const std::byte*> rows_;
  std::vector<Size> keys_;               // of a batch; none: no sample comes twice
  std::unique_ptr<BlockStream> stream_;  // null: the samples are in memory
};

}  // namespace dtheta
