/// Checkpoints: a training as it stands, in a file; docs/formats.md has the layout.
#pragma once

#include <concepts>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "dtheta/core/error.hpp"
#include "dtheta/model/recipe.hpp"
#include "dtheta/model/training_state.hpp"
#include "dtheta/storage/model_file.hpp"

namespace dtheta {

/// What decides how a training goes on besides its state, and so must be the same when it is
/// resumed. Network, loss and input preparation are in the state's model. A value.
struct TrainingTerms {
  Recipe recipe = Recipe();                  ///< with the values that stood for its zeros
  Precision precision = Precision::float32;  ///< of the arithmetic
  std::string start_sha256 = {};             ///< theta_sha256 of the model that it began with
  std::string data_sha256 = {};              ///< of the samples that are trained on
  std::string validation_sha256 = {};        ///< of samples of their own to validate on, or empty
  nlohmann::ordered_json provenance = nlohmann::ordered_json::object();  ///< see StoredModel
};

/// What a checkpoint holds.
template <std::floating_point T>
struct Checkpoint {
  TrainingState<T> state;
  TrainingTerms terms;
};

/// The file was cut short or altered after it had been written.
struct DamagedCheckpoint : DataError {
  using DataError::DataError;
};

/// Writes a checkpoint of the precision T, atomically: a model file, with the rest in a group of
/// its own, behind a header with the SHA-256 of all that follows. It is complete in memory before
/// the first byte is written. The same state gives the same bytes. Throws Diverged, and writes
/// nothing, when a weight or a number of the optimizer's state is not finite; else as AtomicFile.
/// Safe from any thread, as load_checkpoint.
template <std::floating_point T>
void save_checkpoint(const std::filesystem::path& path, const TrainingState<T>& state,
                     const TrainingTerms& terms);

/// Reads a checkpoint; numbers of the other precision are converted. One that save_checkpoint<T>
/// wrote gives back the same bits. The whole file is held against its SHA-256 before HDF5 sees a
/// byte of it. Throws InputOutputError when it cannot be read, DamagedCheckpoint when it is not as
/// it was written, DataError when this dtheta does not understand it.
template <std::floating_point T>
Checkpoint<T> load_checkpoint(const std::filesystem::path& path,
                              const std::optional<Sandbox>& sandbox = std::nullopt);

}  // namespace dtheta
