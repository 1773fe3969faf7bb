/// SampleRuns: samples of a data set, one run after another, wherever they are kept.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "dtheta/data/dataset.hpp"
#include "dtheta/data/sample_batch.hpp"
#include "dtheta/data/sample_loader.hpp"

namespace dtheta {

/// The numbers of all samples: {0, ..., N − 1}.
std::vector<Size> all_samples(const Dataset& data);

/// Goes once through samples in their order:
///   while (const SampleBatch run = runs.next(); !run.empty()) ...
/// Samples in memory are one run. Streamed ones come in runs as long as an eighth of the data set's
/// stream memory and 16 MiB allow, of which the next is read while one is used. One thread at a
/// time.
class SampleRuns {
 public:
  /// Every run but the last has a multiple of `multiple` samples. `samples` are ascending where
  /// they are streamed (asserted); they and the data set must outlive it.
  SampleRuns(const Dataset& data, std::span<const Size> samples, Size multiple = 1);

  /// The next run, until the next call; empty after the last. Throws as SampleLoader::wait.
  SampleBatch next();

 private:
  std::span<const Size> run(std::size_t number) const;
  void load(std::size_t number);

  const Dataset& data_;
  std::span<const Size> samples_;
  std::size_t length_;                    // of a run
  std::size_t next_ = 0;                  // number of the next run
  std::vector<const std::byte*> rows_;    // of a run
  std::unique_ptr<SampleLoader> loader_;  // null: the samples are in memory
};

}  // namespace dtheta
