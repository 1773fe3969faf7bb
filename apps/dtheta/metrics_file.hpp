/// MetricsFile: the figures of a training, one JSON object an epoch or step (JSON Lines).
#pragma once

#include <filesystem>
#include <fstream>
#include <span>

#include <nlohmann/json.hpp>

#include "dtheta/model/network.hpp"
#include "dtheta/training/parameter_statistics.hpp"
#include "progress.hpp"

namespace dtheta::cli {

/// {"epoch", "loss", "accuracy", "validation_loss", "validation_accuracy", "validation_f1",
/// "test_loss", "test_accuracy", "test_f1", "samples_per_second", "seconds"}: without what was not
/// taken; F1 is the mean over the classes; a regression has neither accuracies nor F1. `seconds` is
/// the time of the training itself.
nlohmann::ordered_json figures_json(const EpochFigures& figures, bool is_classification);

/// {"epoch", "step", "samples", "loss", "accuracy"}: of one step's batch, before its update. Both
/// numbers count from 1, the steps through all epochs.
nlohmann::ordered_json step_json(const StepReport& report, Size epoch, Size step,
                                 bool is_classification);

/// {"dense_1/kernel": {"theta": {"mean", "std", "min", "max", "norm"}, "dtheta": {...}}, ...}.
nlohmann::ordered_json statistics_json(std::span<const Parameter> parameters,
                                       std::span<const ParameterFigures> figures);

/// A file that can be followed while it grows: every line is written out at once.
class MetricsFile {
 public:
  /// Keeps the lines of the first `epochs` epochs and `steps` steps of a training that is resumed;
  /// whatever else was there is replaced. Throws CannotCreate.
  MetricsFile(const std::filesystem::path& file, Size epochs, Size steps);
  /// Appends a line. Throws InputOutputError.
  void write(const nlohmann::ordered_json& object);

 private:
  std::filesystem::path file_;
  std::ofstream stream_;
};

}  // namespace dtheta::cli
