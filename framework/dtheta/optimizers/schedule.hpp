/// Schedules: how the learning rate changes over a training.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dtheta/core/shape.hpp"
#include "dtheta/core/training_interval.hpp"

namespace dtheta {

/// Which schedule and its parameters; those that a schedule does not have are ignored.
struct ScheduleOptions {
  std::string name = "cosine";                  ///< see schedule_names
  std::optional<TrainingInterval> warmup = {};  ///< of epochs or steps; none: no warm-up

  friend bool operator==(const ScheduleOptions&, const ScheduleOptions&) = default;
};

/// The learning rate at every step, a pure function of the step. A value; safe from any thread.
struct Schedule {
  ScheduleOptions options = {};
  double learning_rate = 1e-3;  ///< η
  Size total_steps = 1;         ///< of the whole training
  Size steps_per_epoch = 1;

  /// The rate of step 1, 2, ..., total_steps. In the W steps of the warm-up it rises in a straight
  /// line, η t/(W + 1) at step t (Goyal et al., 2017), towards the rate that the schedule begins
  /// with; the schedule has the S = total_steps − W steps after that. With t the steps of those
  /// done before:
  /// - constant: η
  /// - cosine: η (1 + cos(π t/S)) / 2 (Loshchilov and Hutter, 2017, without restarts)
  ///
  /// Throws UsageError for an unknown name.
  double at(Size step) const;
  /// The steps of the warm-up.
  Size warmup_steps() const;
};

/// The names a Schedule may have.
std::vector<std::string_view> schedule_names();

/// Throws UsageError for an unknown name or a parameter out of range.
void check(const ScheduleOptions& options);

}  // namespace dtheta
