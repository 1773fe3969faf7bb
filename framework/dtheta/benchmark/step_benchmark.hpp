/// Measurement of training steps: how long they take, and what the time goes to.
#pragma once

#include <concepts>
#include <string>
#include <vector>

#include "dtheta/benchmark/spread.hpp"
#include "dtheta/core/time_log.hpp"
#include "dtheta/training/trainer.hpp"

namespace dtheta {

/// How long whole steps take, from gathering the samples to the new θ.
struct StepTimes {
  Spread milliseconds;  ///< a step, over rounds of some steps each
  Size rounds = 0;
  Size steps_a_round = 0;
};

/// Runs steps for about `seconds`, after a fifth of that to warm up. A round takes at least 50 ms,
/// so that it is long against the clock and what interrupts it. Throws as Trainer::step.
template <std::floating_point T>
StepTimes time_steps(Trainer<T>& trainer, double seconds);

/// What the threads did in some steps.
struct StepLog {
  std::vector<TimeLog> threads;
  std::vector<Interval::Clock::time_point> begins;  ///< of the steps
  Interval::Clock::time_point end;                  ///< of the last

  Size steps() const { return static_cast<Size>(begins.size()); }
  double seconds() const;
};

/// Runs `steps` steps with clocks in them, which makes them a little slower than others.
template <std::floating_point T>
StepLog log_steps(Trainer<T>& trainer, int threads, Size steps);

/// What all threads together spent on each part of a step, in milliseconds of thread time: threads
/// times the length of the step, if `waiting` is counted in.
struct TimeSplit {
  double step = 0;  ///< the length of a logged step
  double prepare = 0;
  double gather = 0;
  double forward = 0;
  double loss = 0;
  double backward = 0;
  double dtheta = 0;   ///< that of dense layers, made over the whole batch
  double update = 0;   ///< reduction of the rest, and optimizer
  double waiting = 0;  ///< for other threads, or in between
};

TimeSplit time_split(const StepLog& log);

/// One layer in a step: milliseconds of thread time over all shards, and floating-point operations,
/// two for a multiply-add. A convolution's are those of its definition, which an algorithm like
/// Winograd's gets by with fewer than; the first layer with parameters computes no dx.
struct LayerTime {
  std::string name;
  std::string output;  ///< the shape of a sample's
  double forward_milliseconds = 0;
  double backward_milliseconds = 0;
  double forward_flops = 0;
  double backward_flops = 0;
};

/// One entry a layer that computes: views (flatten) have none. m is the batch size.
template <std::floating_point T>
std::vector<LayerTime> layer_times(const Network<T>& network, Size m, const StepLog& log);

/// Bytes of memory that this process has used at most until now.
Size peak_memory();

}  // namespace dtheta
