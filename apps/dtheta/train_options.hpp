/// The options of dtheta train.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "checkpoint_options.hpp"
#include "command.hpp"
#include "dtheta/core/training_interval.hpp"
#include "dtheta/model/recipe.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "metrics_recorder.hpp"
#include "model_source.hpp"
#include "runtime.hpp"
#include "training_data.hpp"

namespace dtheta::cli {

/// What they are bound to.
struct TrainOptions {
  std::filesystem::path data;
  std::filesystem::path test_data;  ///< empty: the data's own test part, if it has one
  DatasetReading reading;           ///< of both
  PreparationChoice preparation;
  std::string model;   ///< see find_model
  std::string head;    ///< see with_head; empty: the model file's own
  std::string frozen;  ///< see with_frozen; empty: as the model has it
  std::string loss;    ///< empty: follows from data and model
  std::string precision = "float32";
  std::string initializer = "he";
  Recipe recipe;  ///< `recipe.initializer` is set by check_train_options
  std::optional<TrainingInterval> time_limit;  ///< in seconds; none: no limit
  RunOptions run;
  CheckpointOptions checkpoints;
  std::filesystem::path output;  ///< empty: check_train_options names it by model and data
  MetricsChoice metrics;
  std::filesystem::path config;  ///< has been read with the arguments
  bool is_json = false;
  bool is_dry_run = false;
};

/// The groups Data, Data files, Model, Optimisation, Schedule, Stopping, Run, Checkpoints and
/// Output, bound to `options`.
std::vector<OptionGroup> train_groups(TrainOptions& options);

/// The groups Data, Data files, Model, Optimisation and Run without the options that decide how
/// long a training is and what comes out of it: for a command that only begins one.
std::vector<OptionGroup> trial_groups(TrainOptions& options);

/// Throws UsageError for options of trial_groups that contradict each other, naming both, and fills
/// in the recipe's initializer.
void check_trial_options(const Interface& interface, const ModelSource& model,
                         TrainOptions& options);

/// The same for those of train_groups, and fills in what follows
/// from several: the output's name, too.
void check_train_options(const Interface& interface, const ModelSource& model,
                         TrainOptions& options);

}  // namespace dtheta::cli
