/// The model that a training starts from.
#pragma once

#include <concepts>

#include <nlohmann/json.hpp>

#include "console.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/storage/model_file.hpp"
#include "model_source.hpp"
#include "train_options.hpp"
#include "training_data.hpp"

namespace dtheta::cli {

/// The arithmetic that the training runs in: --precision, else the model file's, else float32.
/// Notes on the console when a file's weights are converted.
Precision training_precision(const ModelSource& source, const Interface& interface,
                             const TrainOptions& options, const Console& console);

/// A fresh model for the data, or the file's with the data's class names where those are names.
/// Throws UsageError when a network cannot be made of the source and the data, DataError when the
/// file's does not fit.
template <std::floating_point T>
Model<T> starting_model(const ModelSource& source, const TrainOptions& options,
                        const TrainingData& data, const Console& console);

}  // namespace dtheta::cli
