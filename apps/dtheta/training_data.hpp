/// TrainingData: the samples that dtheta train works with.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dtheta/core/workers.hpp"
#include "dtheta/data/dataset.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/model/recipe.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/training/evaluation.hpp"

namespace dtheta::cli {

/// How the person at the command line wants samples prepared.
struct PreparationChoice {
  std::optional<double> scale;   ///< in place of the data's own
  bool is_standardized = false;  ///< also by mean and deviation of the training samples
};

/// What is trained, validated and tested on.
struct TrainingData {
  Dataset train;
  InputPreparation input;             ///< how `train` is to be prepared
  std::vector<Size> samples;          ///< of `train`, to train on
  std::vector<Size> held_out;         ///< of `train`, to validate on; empty: see `validation`
  std::optional<Dataset> validation;  ///< the file's own validation part
  std::optional<Dataset> test;
  std::filesystem::path test_file;  ///< where `test` is from
  InputPreparation test_input;      ///< how `test` is to be prepared

  /// The train part's, or the test part's where only that one has names: the course's files.
  const std::vector<std::string>& class_names() const;
  /// Bytes of what is in memory: targets, and samples that are not streamed.
  Size bytes() const;
  /// The model on the validation samples; nothing when there are none.
  template <std::floating_point T>
  std::optional<Evaluation> validate(const Model<T>& model, Workers& workers) const;
};

/// Reads the files as `reading` says: the train part of `data`, its validation part or the recipe's
/// share of the train part, the samples to train on by the recipe's subset and balance, the weights
/// that it names, and the test part: of `test_data` (or its only part) where that is not
/// empty, else of `data`. Throws UsageError for a validation share where there is a validation
/// part, DataError when there is no part to train or test on, else as read_dataset.
TrainingData read_training_data(const std::filesystem::path& data,
                                const std::filesystem::path& test_data,
                                const DatasetReading& reading, const PreparationChoice& preparation,
                                const Recipe& recipe);

}  // namespace dtheta::cli
