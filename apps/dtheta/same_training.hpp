/// Whether a training is the one that a checkpoint is of.
#pragma once

#include <concepts>
#include <filesystem>
#include <string>

#include "command.hpp"
#include "dtheta/storage/checkpoint_file.hpp"
#include "dtheta/training/trainer.hpp"
#include "training_data.hpp"

namespace dtheta::cli {

/// The terms of a training that is about to begin.
template <std::floating_point T>
TrainingTerms terms_of(const Trainer<T>& trainer, const TrainingData& data,
                       nlohmann::ordered_json provenance);

/// Throws UsageError unless `trainer`, which runs on `terms`, would have taken the steps that led
/// to `checkpoint` (from `file`): naming the option and both values where one differs, save for
/// what ends it: early stopping, the target, and the number of epochs, which may not be fewer than
/// were begun.
template <std::floating_point T>
void check_same_training(const Trainer<T>& trainer, const TrainingTerms& terms,
                         const Checkpoint<T>& checkpoint, const std::filesystem::path& file);

/// What differs between the machines and programs of two trainings, such as their kernels, so that
/// the next steps may have other bits; empty: nothing.
std::string different_runtime(const nlohmann::ordered_json& before,
                              const nlohmann::ordered_json& now);

}  // namespace dtheta::cli
