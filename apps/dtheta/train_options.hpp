/// The options of dtheta train.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "checkpoint_options.hpp"
#include "command.hpp"
#include "dtheta/model/recipe.hpp"
#include "dtheta/storage/dataset_file.hpp"
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
  RunOptions run;
  CheckpointOptions checkpoints;
  std::filesystem::path output;   ///< empty: check_train_options names it by model and data
  std::filesystem::path metrics;  ///< empty: none
  std::filesystem::path config;   ///< has been read with the arguments
  bool is_json = false;
  bool is_dry_run = false;
};

/// The groups Data, Data files, Model, Optimisation, Run, Checkpoints and Output, bound to
/// `options`.
std::vector<OptionGroup> train_groups(TrainOptions& options);

/// Throws UsageError for options that contradict each other, naming both, and fills in what follows
/// from several: the recipe's initializer and the output's name.
void check_train_options(const Interface& interface, const ModelSource& model,
                         TrainOptions& options);

}  // namespace dtheta::cli
