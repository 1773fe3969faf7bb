/// Checkpoints: a training that can be stopped and resumed.
#pragma once

#include <chrono>
#include <concepts>
#include <filesystem>
#include <string>
#include <utility>

#include "checkpoint_options.hpp"
#include "console.hpp"
#include "dtheta/storage/checkpoint_folder.hpp"
#include "dtheta/training/trainer.hpp"
#include "stop_signals.hpp"

namespace dtheta::cli {

/// Writes checkpoints of one training when they are due, and when a signal asks for one. While it
/// lives, signals are watched. The folder must outlive it. One thread at a time.
template <std::floating_point T>
class Checkpoints {
 public:
  /// `resume_command` is what to type to go on with the training.
  Checkpoints(const CheckpointFolder& folder, const CheckpointOptions& options, TrainingTerms terms,
              std::string resume_command)
      : folder_(folder),
        options_(options),
        terms_(std::move(terms)),
        resume_command_(std::move(resume_command)) {}

  /// Puts `trainer`, which has not begun, where the newest good checkpoint is. Says on the console
  /// which that is, that there is none, which were damaged, and what may change the bits. Throws as
  /// check_same_training and CheckpointFolder::load_newest; UsageError where --exact or --kernels
  /// do not allow to go on.
  void resume(Trainer<T>& trainer, bool names_kernels, const std::optional<Sandbox>& sandbox,
              const Console& console);

  /// To be called after every step, after an epoch's last when its figures have been taken. A
  /// checkpoint is written where one is due or `is_end`, the training's. Returns
  /// a note for the person who asked for a checkpoint. Throws Stopped when a signal asked to stop
  /// and the checkpoint is written, else as CheckpointFolder::save.
  std::string after_step(const Trainer<T>& trainer, bool is_end);

  /// "the last good checkpoint is c/checkpoint-0000000000000500.h5"
  std::string last_good() const;

 private:
  using Clock = std::chrono::steady_clock;

  bool is_due(const TrainingState<T>& state) const;
  void save(const TrainingState<T>& state);
  void check_runtime(const nlohmann::ordered_json& before, bool names_kernels,
                     const Console& console) const;

  const CheckpointFolder& folder_;
  const CheckpointOptions options_;
  const TrainingTerms terms_;
  const std::string resume_command_;
  SignalWatch signals_;
  Size saved_step_ = -1;              // of the last good checkpoint
  std::filesystem::path saved_file_;  // its file; empty: there is none yet
  Clock::time_point saved_at_ = Clock::now();
};

}  // namespace dtheta::cli
