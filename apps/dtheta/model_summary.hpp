/// What a model file holds, for people and for programs.
#pragma once

#include <concepts>
#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "dtheta/storage/model_file.hpp"

namespace dtheta::cli {

/// Layers with shapes and parameter counts, recipe, provenance and the digest of θ.
template <std::floating_point T>
std::string model_text(const std::filesystem::path& file, const StoredModel<T>& stored);

/// {"file", "kind": "model", "theta_sha256", "parameters", "precision", "loss", "layers" (see
/// layers_json), "input_scale", "input_mean", "input_std", "class_names", "recipe", "provenance"};
/// recipe is null for a file that has none.
template <std::floating_point T>
nlohmann::ordered_json model_json(const std::filesystem::path& file, const StoredModel<T>& stored);

}  // namespace dtheta::cli
