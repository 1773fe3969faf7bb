/// SampleLoader: reads samples ahead of their use.
#pragma once

#include <array>
#include <condition_variable>
#include <cstddef>
#include <exception>
#include <mutex>
#include <span>
#include <stop_token>
#include <thread>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/data/dataset.hpp"

namespace dtheta {

/// Fills two buffers with samples of a streamed data set, on a thread of its own: one can be used
/// while the other is filled. What they hold depends on what was asked for, never on when it came.
///
/// One thread at a time calls it. The data set must outlive it.
class SampleLoader {
 public:
  static constexpr std::size_t slots = 2;

  /// Buffers for up to `most` samples each.
  SampleLoader(const Dataset& data, Size most);

  /// Bytes of the buffers of such a loader.
  static Size bytes(const Dataset& data, Size most);

  /// Begins to fill a buffer with these samples, run after run, each in ascending order (asserted).
  /// What was asked for first is read first. The samples' numbers must stay as they are until then.
  /// Waits where the buffer is still being filled with what it was asked for before.
  void load(std::size_t slot, std::span<const std::span<const Size>> runs);

  /// Returns the samples in the buffer when they are there. Throws, every time until the next
  /// `load`, what reading them threw, and DataError when one holds NaN or infinity.
  const std::byte* wait(std::size_t slot);

  Size bytes() const { return gaps_.size() + static_cast<Size>(slots) * slots_.front().x.size(); }

 private:
  struct Slot {
    AlignedBuffer<std::byte> x;
    std::vector<std::span<const Size>> runs = {};
    bool is_wanted = false;
    Size ticket = 0;  // the lower comes first
    std::exception_ptr failure = {};
  };

  void run(const std::stop_token& stop);
  Slot* next_wanted();
  void fill(Slot& slot, const std::stop_token& stop);
  std::size_t read_some(std::span<const Size> samples, std::byte* x);
  void check_finite(std::span<const Size> samples, const std::byte* x) const;

  const Dataset& data_;
  AlignedBuffer<std::byte> gaps_;  // samples with others between them: a piece as it is read
  std::array<Slot, slots> slots_;
  Size tickets_ = 0;
  std::mutex mutex_;  // of the slots' is_wanted, ticket and failure
  std::condition_variable_any changed_;
  std::jthread thread_;  // the last member: it ends before the others do
};

}  // namespace dtheta
