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
  std::string name = "cosine";                       ///< see schedule_names
  std::optional<TrainingInterval> warmup = {};       ///< of epochs or steps; none: no warm-up
  double decay_rate = 0.1;                           ///< γ of step, exponential and plateau, > 0
  std::optional<TrainingInterval> decay_every = {};  ///< of step and exponential; none: a third
  double min_learning_rate = 0;   ///< η_min of cosine, polynomial and plateau, from 0 to η
  double power = 1;               ///< of polynomial, > 0
  double pct_start = 0.3;         ///< of one-cycle: the share of steps that rise, in (0, 1)
  double div_factor = 25;         ///< of one-cycle: η over the first rate, ≥ 1
  double final_div_factor = 1e4;  ///< of one-cycle: the first rate over the last, ≥ 1
  Size patience = 10;             ///< of plateau: epochs without an improvement that are borne
  double threshold = 1e-4;        ///< of plateau: what improves a loss lowers it by that share

  /// Whether the rate of a step depends on how many there are.
  bool spans_training() const;

  friend bool operator==(const ScheduleOptions&, const ScheduleOptions&) = default;
};

/// The learning rate at every step, a pure function of the step. A value; safe from any thread.
struct Schedule {
  ScheduleOptions options = {};
  double learning_rate = 1e-3;  ///< η
  Size total_steps = 1;         ///< of the whole training
  Size steps_per_epoch = 1;

  /// The rate of step 1, 2, ..., total_steps. In the W steps of the warm-up it rises in a straight
  /// line, r t/(W + 1) at step t, towards the rate r that the schedule begins with (Goyal et al.,
  /// 2017); the schedule has the S = total_steps − W steps after that. With t of them done before
  /// and s steps in `decay_every`:
  /// - constant, plateau: η (a Plateau says what plateau's is multiplied by)
  /// - step: η γ^⌊t/s⌋
  /// - exponential: η γ^(t/s)
  /// - cosine: η_min + (η − η_min)(1 + cos(π t/S)) / 2 (Loshchilov and Hutter, 2017, without
  ///   restarts)
  /// - polynomial: η_min + (η − η_min)(1 − t/S)^power
  /// - one-cycle: from η/div_factor by half a cosine to η, reached when t = pct_start S − 1, then
  /// by
  ///   another to η/(div_factor final_div_factor), at the last step (Smith and Topin, 2018, in the
  ///   form of PyTorch, without a cycle of the momentum)
  ///
  /// Throws UsageError for an unknown name.
  double at(Size step) const;
  /// The steps of the warm-up.
  Size warmup_steps() const;
};

/// How far a plateau schedule has come: after more than `patience` epochs in a row whose loss was
/// not below (1 − threshold) times the best, the rate is multiplied by γ. A value.
struct Plateau {
  std::optional<double> best = {};
  Size bad_epochs = 0;  ///< in a row
  double factor = 1;    ///< of the learning rate; what is below min_learning_rate is not used

  /// Takes the loss of an epoch. NaN is no improvement.
  void note(const ScheduleOptions& options, double loss);

  friend bool operator==(const Plateau&, const Plateau&) = default;
};

/// The names a Schedule may have.
std::vector<std::string_view> schedule_names();

/// Throws UsageError for an unknown name or a parameter out of range.
void check(const ScheduleOptions& options);

}  // namespace dtheta
