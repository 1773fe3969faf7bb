/// Rate: how much work a number of threads do together in a second.
#pragma once

#include <functional>

#include "dtheta/benchmark/spread.hpp"

namespace dtheta {

/// Does a little work, microseconds to a few milliseconds of it, and returns how much that was, in
/// any unit.
using Work = std::function<double()>;

/// How long to measure.
struct RateOptions {
  double seconds = 0.05;  ///< of a round
  int rounds = 7;
};

/// The work that `threads` threads of their own do together in a second, over rounds.
///
/// Each thread calls `make_work` for a work of its own (so what that touches first lies near its
/// core), does it once to warm up, and repeats it in every round until the time is over; all begin
/// a round together. Rethrows what `make_work` throws; throws std::system_error when so many
/// threads cannot be started.
Spread measure_rate(int threads, const std::function<Work()>& make_work,
                    const RateOptions& options = RateOptions());

}  // namespace dtheta
