/// What dtheta train says of a training: before, after, and in the model file.
#pragma once

#include <concepts>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "model_source.hpp"
#include "runtime.hpp"
#include "train_options.hpp"
#include "training_data.hpp"
#include "training_plan.hpp"
#include "training_run.hpp"

namespace dtheta::cli {

/// What the bits of the model depend on besides the recipe; neither time nor threads, so that the
/// same training writes the same file.
nlohmann::ordered_json provenance(const BlasFacts& blas, const TrainOptions& options,
                                  const ModelSource& source, const TrainingData& data);

/// What the trainer's memory goes to.
template <std::floating_point T>
MemoryPlan memory_plan(const Trainer<T>& trainer, const TrainingData& data, Size threads);

/// The lines before the first epoch: "lenet5: 44,426 parameters, on 2 threads", "10 epochs of 469
/// steps of 128 samples in 16 shards"; of streamed data also "large.h5: /train/x streamed: ...".
template <std::floating_point T>
std::string announcement(std::string_view name, const Trainer<T>& trainer, const TrainingData& data,
                         Size threads);

/// Final figures, digest, file, and the command to type next.
template <std::floating_point T>
std::string report_text(const Trainer<T>& trainer, const TrainingData& data, const Outcome& outcome,
                        const TrainOptions& options);

/// {"output", "theta_sha256", "parameters", "precision", "threads", "kernels", "recipe"} the
/// last epoch's figures and the best epoch by the validation samples, with speed and time of the
/// whole training.
template <std::floating_point T>
nlohmann::ordered_json report_json(const Trainer<T>& trainer, const TrainingData& data,
                                   const Outcome& outcome, const TrainOptions& options,
                                   const Runtime& runtime);

}  // namespace dtheta::cli
