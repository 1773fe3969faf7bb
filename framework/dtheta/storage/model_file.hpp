/// Models as Keras-format HDF5 files with a group /dtheta; docs/formats.md has the layout.
#pragma once

#include <concepts>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "dtheta/model/model.hpp"
#include "dtheta/model/recipe.hpp"
#include "dtheta/storage/sandbox.hpp"

namespace dtheta {

/// The arithmetic a model was trained in.
enum class Precision { float32, float64 };

/// "float32" or "float64". Throws UsageError for anything else.
Precision parse_precision(std::string_view name);
std::string_view precision_name(Precision precision);

/// A model and what its file tells of how it came to be.
template <std::floating_point T>
struct StoredModel {
  Model<T> model;
  std::optional<Recipe> recipe = {};  ///< with the values that stood for the recipe's zeros
  /// An object: versions, kernels, BLAS core, data.
  nlohmann::ordered_json provenance = nlohmann::ordered_json::object();
  /// Whether the file says how its input is prepared. A plain Keras file does so by a Rescaling
  /// layer only; without, model.input is the identity and a guess by the data's type
  /// (`default_preparation`) may serve better. Not written.
  bool knows_input = true;
  /// Layers of a plain Keras file that act in training only, which the network does without:
  /// "Dropout 'drop'". Not written.
  std::vector<std::string> left_out = {};
};

/// Writes `stored`, atomically: the parameters in T. The same model gives the same bytes. Throws as
/// AtomicFile. Safe from any thread, as the functions below.
template <std::floating_point T>
void save_model(const std::filesystem::path& path, const StoredModel<T>& stored);

/// Reads a model; parameters of the other precision are converted. A file that save_model<T> wrote
/// gives back the same bits; the network too, except that an activation layer after a dense or
/// convolution layer without activation comes back fused into it.
///
/// Plain Keras files load too, from Keras 2.2 to 3, of Sequential models and of Functional ones
/// that are a chain of layers: the loss then follows from the output's activation (softmax:
/// categorical cross entropy, sigmoid: binary cross entropy, else mean squared error), and the
/// classes are called "0", "1", ...
///
/// Throws InputOutputError when the file cannot be read, DataError when it is not such a model,
/// naming what was found and what was wanted. In a sandbox, where there is one, also when that
/// ended; RuntimeUnusable when there is none to be had. The functions below do the same.
template <std::floating_point T>
StoredModel<T> load_model(const std::filesystem::path& path,
                          const std::optional<Sandbox>& sandbox = std::nullopt);

/// The precision of the parameters in the file. Throws as load_model.
Precision stored_precision(const std::filesystem::path& path,
                           const std::optional<Sandbox>& sandbox = std::nullopt);

/// Whether the file is HDF5 and has a Keras `model_config`: a model rather than a data set or a
/// text. False for a file that does not exist; throws DataError for a damaged HDF5 file.
bool is_model_file(const std::filesystem::path& path,
                   const std::optional<Sandbox>& sandbox = std::nullopt);

/// Whether the file is a zip archive, which Keras 3 makes of a model unless the file's name ends in
/// .h5: load_model refuses it with the way to convert it.
bool is_keras_archive(const std::filesystem::path& path);

/// SHA-256 over the parameters in order, then running statistics, little-endian, without padding,
/// as 64 hexadecimal digits.
template <std::floating_point T>
std::string theta_sha256(const Model<T>& model);

}  // namespace dtheta
