/// The run of a training: epochs, and what is watched between them.
#pragma once

#include <concepts>
#include <functional>
#include <optional>
#include <string>

#include "console.hpp"
#include "dtheta/core/training_interval.hpp"
#include "dtheta/core/workers.hpp"
#include "dtheta/training/trainer.hpp"
#include "metrics_recorder.hpp"
#include "progress.hpp"
#include "training_data.hpp"

namespace dtheta::cli {

/// What is left to tell when a training has ended.
struct Outcome {
  EpochFigures last;   ///< the last epoch's
  double seconds = 0;  ///< of the epochs that this run ended; evaluations not counted
  Size samples = 0;    ///< seen in that time

  double samples_per_second() const { return static_cast<double>(samples) / seconds; }
};

/// What is asked for between steps and epochs.
struct Watch {
  MetricsChoice metrics;
  bool tests_each_epoch = false;  ///< false: the test part is looked at after the last epoch only
  std::optional<TrainingInterval> time_limit = {};  ///< in seconds, of this run; none: no limit
  /// Called after every step, after an epoch's last, and the training's, when the figures have been
  /// taken, unless empty. What it returns is told as a note unless empty; what it throws ends the
  /// training.
  std::function<std::string(bool is_end)> after_step = {};
};

/// Runs the epochs that are left until the trainer is done or the time is over, with progress on
/// the console, and a note of why it ended before the last epoch. Validation samples, where there
/// are any, are evaluated after every epoch, and the trainer notes what they gave. Where no epoch
/// is left, the figures are those of the last one. Where the recipe keeps the best epoch, the test
/// figures at the end are those of its model. Throws CannotCreate before the first epoch when the
/// metrics cannot be written, else as Trainer::step and MetricsRecorder::epoch.
template <std::floating_point T>
Outcome run_training(Trainer<T>& trainer, const TrainingData& data, const Watch& watch,
                     Workers& workers, const Console& console);

}  // namespace dtheta::cli
