/// MetricsFile: the figures of a training, one JSON object an epoch (JSON Lines).
#pragma once

#include <filesystem>
#include <fstream>

#include <nlohmann/json.hpp>

#include "progress.hpp"

namespace dtheta::cli {

/// {"epoch", "loss", "accuracy", "validation_loss", "validation_accuracy", "validation_f1",
/// "test_loss", "test_accuracy", "test_f1", "samples_per_second", "seconds"}: without what was not
/// taken; F1 is the mean over the classes; a regression has neither accuracies nor F1. `seconds` is
/// the time of the training itself.
nlohmann::ordered_json figures_json(const EpochFigures& figures, bool is_classification);

/// A file that can be followed while it grows: every line is written out at once.
class MetricsFile {
 public:
  /// Keeps the lines of the first `epochs` epochs of a training that is resumed; whatever else was
  /// there is replaced. Throws CannotCreate.
  explicit MetricsFile(const std::filesystem::path& file, Size epochs = 0);
  /// Appends a line. Throws InputOutputError.
  void write(const nlohmann::ordered_json& object);

 private:
  std::filesystem::path file_;
  std::ofstream stream_;
};

}  // namespace dtheta::cli
