/// Progress: what a person sees of a training while it runs.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

#include "console.hpp"
#include "dtheta/training/evaluation.hpp"
#include "dtheta/training/trainer.hpp"

namespace dtheta::cli {

/// Where a training stands, as the live line tells it.
struct ProgressState {
  Size epochs = 0;
  Size samples_per_epoch = 0;
  bool is_classification = true;
  EpochReport so_far;       ///< of the running epoch
  double seconds_left = 0;  ///< of the whole training
};

/// One line of fewer than `columns` characters; what matters less is left out first.
std::string progress_line(const ProgressState& state, int columns);

/// What was found after an epoch.
struct EpochFigures {
  EpochReport training;
  std::optional<Evaluation> validation;
  std::optional<Evaluation> test;
};

/// "epoch  3/10  loss 0.0512  accuracy 98.41 %  validation 0.0614  98.02 %  ...". Speed and time
/// are left out where they would make it longer than `columns`.
std::string epoch_line(const EpochFigures& figures, Size epochs, bool is_classification,
                       std::size_t columns);

/// Draws the live line on a terminal, at most ten times a second, and leaves one line an epoch.
/// The line is gone when the object is. One thread at a time may use it.
class Progress {
 public:
  /// `samples_done`: of all epochs, in a training that is resumed.
  Progress(const Console& console, Size epochs, Size samples_per_epoch, bool is_classification,
           Size samples_done = 0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void step(const EpochReport& so_far);
  void epoch(const EpochFigures& figures);
  /// Console::note, which the live line must not get into.
  void note(std::string_view message);

 private:
  using Clock = std::chrono::steady_clock;

  void clear_line();

  Console console_;
  ProgressState state_;
  Size done_before_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_{};
  bool is_line_drawn_ = false;
};

}  // namespace dtheta::cli
