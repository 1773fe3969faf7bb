/// MetricsRecorder: what --metrics is told while a network trains.
#pragma once

#include <concepts>
#include <filesystem>
#include <optional>

#include "dtheta/training/parameter_statistics.hpp"
#include "dtheta/training/trainer.hpp"
#include "metrics_file.hpp"

namespace dtheta::cli {

/// What goes into --metrics. A value.
struct MetricsChoice {
  std::filesystem::path file;   ///< empty: nothing is written
  Size every = 0;               ///< steps from one line of a step to the next; 0: epochs only
  bool has_statistics = false;  ///< lines tell of every parameter's numbers
};

/// Writes a line an epoch, and one for every so many steps where that is asked for. Statistics are
/// taken only in steps that a line is written for.
///
/// One thread at a time may use it. The trainer must outlive it.
template <std::floating_point T>
class MetricsRecorder {
 public:
  /// Keeps those lines of the file that belong to what the trainer has done already. Throws
  /// CannotCreate.
  MetricsRecorder(const MetricsChoice& choice, Trainer<T>& trainer, bool is_classification);
  ~MetricsRecorder() { trainer_.set_statistics(nullptr); }
  MetricsRecorder(const MetricsRecorder&) = delete;
  MetricsRecorder& operator=(const MetricsRecorder&) = delete;

  /// Around every step.
  void before_step();
  void after_step(const StepReport& step);
  /// After an epoch's last step. Throws InputOutputError, as after_step.
  void epoch(const EpochFigures& figures);

 private:
  bool is_due(Size step) const { return choice_.every > 0 && step % choice_.every == 0; }
  void write(nlohmann::ordered_json line);

  MetricsChoice choice_;
  Trainer<T>& trainer_;
  bool is_classification_;
  MetricsFile file_;
  std::optional<ParameterStatistics<T>> statistics_;
};

}  // namespace dtheta::cli
