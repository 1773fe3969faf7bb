/// Workload: a model with data to train it on, for measurements.
#pragma once

#include <filesystem>

#include "dtheta/data/dataset.hpp"
#include "dtheta/model/model.hpp"
#include "model_source.hpp"

namespace dtheta::cli {

/// In float, as trainings are by default.
struct Workload {
  Model<float> model;
  Dataset data;
};

/// The model with the train part of the data set `file`, or with random data where that is empty:
/// of what a named network was made for, of what a layer list begins with (input 28x28x1), of what
/// a model file says; at least four batches of `batch_size`. Throws UsageError for a layer list
/// that tells no input, else as choose_network, load_model and read_part.
Workload make_workload(const ModelSource& source, const std::filesystem::path& file,
                       Size batch_size);

}  // namespace dtheta::cli
