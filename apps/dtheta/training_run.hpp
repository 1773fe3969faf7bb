/// The run of a training: epochs, and what is watched between them.
#pragma once

#include <concepts>
#include <filesystem>
#include <functional>
#include <string>

#include "console.hpp"
#include "dtheta/core/workers.hpp"
#include "dtheta/training/trainer.hpp"
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

/// What is asked for between epochs.
struct Watch {
  std::filesystem::path metrics;  ///< a line an epoch goes there; empty: nowhere
  bool tests_each_epoch = false;  ///< false: the test part is looked at after the last epoch only
  /// Called after every step, after an epoch's last when its figures have been taken, unless empty.
  /// What it returns is told as a note unless empty; what it throws ends the training.
  std::function<std::string()> after_step = {};
};

/// Runs the epochs of the recipe that are left, with progress on the console. Validation samples,
/// where there are any, are evaluated after every epoch. Where no epoch is left, the figures are
/// those of the last one. Throws CannotCreate before the first epoch when the metrics cannot be
/// written, else as Trainer::step and MetricsFile::write.
template <std::floating_point T>
Outcome run_training(Trainer<T>& trainer, const TrainingData& data, const Watch& watch,
                     Workers& workers, const Console& console);

}  // namespace dtheta::cli
