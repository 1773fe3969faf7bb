/// The run of a training: epochs, and what is watched between them.
#pragma once

#include <concepts>
#include <filesystem>

#include "console.hpp"
#include "dtheta/core/workers.hpp"
#include "dtheta/training/trainer.hpp"
#include "progress.hpp"
#include "training_data.hpp"

namespace dtheta::cli {

/// What is left to tell when a training has ended.
struct Outcome {
  EpochFigures last;   ///< the last epoch's
  double seconds = 0;  ///< of training; evaluations not counted
  Size samples = 0;    ///< seen in that time

  double samples_per_second() const { return static_cast<double>(samples) / seconds; }
};

/// What is asked for between epochs.
struct Watch {
  std::filesystem::path metrics;  ///< a line an epoch goes there; empty: nowhere
  bool tests_each_epoch = false;  ///< false: the test part is looked at after the last epoch only
};

/// Runs all epochs of the recipe, with progress on the console. Validation samples, where there are
/// any, are evaluated after every epoch. Throws CannotCreate before the first epoch when the
/// metrics cannot be written, else as Trainer::step and MetricsFile::write.
template <std::floating_point T>
Outcome run_training(Trainer<T>& trainer, const TrainingData& data, const Watch& watch,
                     Workers& workers, const Console& console);

}  // namespace dtheta::cli
