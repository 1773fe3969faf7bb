/// TimeLog: what a thread did, and when.
#pragma once

#include <chrono>
#include <vector>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// What a thread does in a training step. The work of one layer lies within a forward or backward
/// of its shard, or within the update of a block.
enum class Activity {
  prepare,         ///< θ for the layers to read; item: the part of it
  gather,          ///< item: the shard
  forward,         ///< item: the shard
  loss,            ///< item: the shard
  backward,        ///< item: the shard
  update,          ///< reduction and optimizer; item: the block of θ
  layer_forward,   ///< item: the node of the network
  layer_backward,  ///< item: the node of the network
  layer_dtheta,    ///< a block of dθ over the whole batch; item: the node of the network
};

/// One thing that a thread did.
struct Interval {
  using Clock = std::chrono::steady_clock;

  Activity activity = Activity::gather;
  Size item = 0;
  Clock::time_point begin;
  Clock::time_point end;

  double seconds() const { return std::chrono::duration<double>(end - begin).count(); }
};

/// The intervals of one thread, in the order of their ends. A cache line of its own: neighbours are
/// written by other threads.
struct alignas(64) TimeLog {
  std::vector<Interval> intervals;
};

/// Notes the time from its construction to its end in a log; does nothing, and reads no clock,
/// where there is no log.
class Timed {
 public:
  Timed(TimeLog* log, Activity activity, Size item) : log_(log), activity_(activity), item_(item) {
    if (log_ != nullptr) begin_ = Interval::Clock::now();
  }
  ~Timed() {
    if (log_ == nullptr) return;
    log_->intervals.push_back({activity_, item_, begin_, Interval::Clock::now()});
  }
  Timed(const Timed&) = delete;
  Timed& operator=(const Timed&) = delete;

 private:
  TimeLog* log_;
  Activity activity_;
  Size item_;
  Interval::Clock::time_point begin_;
};

}  // namespace dtheta
