/// Recipe: everything besides the data that decides what training gives.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

#include "dtheta/core/shape.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/model/target_metric.hpp"
#include "dtheta/optimizers/optimizer.hpp"
#include "dtheta/optimizers/schedule.hpp"

namespace dtheta {

/// How a model is trained. Same data, same recipe: the same bits, on any number of threads.
///
/// A value; it is written into every model file.
struct Recipe {
  Size epochs = 10;
  Size batch_size = 128;  ///< 0: the full training set
  Size accumulate = 1;    ///< batches whose dθ is added up for a step, at least 1
  Size shards = 0;        ///< per batch; 0: `default_shards`
  // Not `{}`: g++ 12 would wrongly warn of designated initializers of a Recipe, at -O3.
  OptimizerOptions optimizer = OptimizerOptions();
  double learning_rate = 0;  ///< 0: the optimizer's `default_learning_rate`
  ScheduleOptions schedule = ScheduleOptions();
  double label_smoothing = 0;       ///< see TrainingLossOptions
  std::string class_weights = "";   ///< see class_weights_of (training/class_weights.hpp)
  std::string sample_weights = "";  ///< where the file has them; the numbers: Dataset::weights
  double l2 = 0;  ///< λ: adds λ/2·‖W‖² over all kernels (no biases) to the loss
  std::optional<double> weight_decay = {};  ///< see UpdateStep; none: `default_weight_decay`
  double clip_norm = 0;   ///< dθ is scaled down to that norm where it has a larger one; 0: never
  double clip_value = 0;  ///< numbers of dθ are brought to within ± that; 0: never
  double ema = 0;  ///< decay d of the average of θ, d θ̄ + (1 − d) θ after a step; 0: there is none
  Size early_stopping = 0;  ///< epochs without a lower loss that end the training; 0: none do
  bool keep_best = false;   ///< the model of the epoch with the lowest loss is the result
  std::optional<TargetMetric> target = {};  ///< ends the training once an epoch reaches it
  Initializer initializer = Initializer::he;
  std::uint64_t seed = 1;
  Size shuffle_window = 0;      ///< see epoch_order; 0: see default_window
  double validation_split = 0;  ///< the share of the training set that is held out, in [0, 1)
  bool stratify = false;        ///< held out and subset with the shares of the classes
  Size subset = 0;              ///< training samples that are used, drawn at random; 0: all
  bool balance = false;         ///< see balanced_samples (data/selection.hpp)
  std::string augment = "";     ///< see parse_augmentation_list (data/augmentation_list.hpp)

  friend bool operator==(const Recipe&, const Recipe&) = default;
};

/// Throws UsageError for a value out of range, naming it, its value and its range.
void check(const Recipe& recipe);

/// The recipe as a JSON object, a key an option of `dtheta train`; from_json reads it back.
nlohmann::ordered_json to_json(const Recipe& recipe);

/// Throws DataError when a key is missing or of the wrong type.
Recipe recipe_from_json(const nlohmann::ordered_json& json);

}  // namespace dtheta
