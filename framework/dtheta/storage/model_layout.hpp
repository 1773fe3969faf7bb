/// Where the parts of a model lie in an HDF5 file: Keras' names and those of the group /dtheta.
#pragma once

#include <cstdint>

namespace dtheta {

inline constexpr const char* model_config_attribute = "model_config";
inline constexpr const char* weights_group = "/model_weights";

inline constexpr const char* dtheta_group = "/dtheta";
inline constexpr const char* model_version_attribute = "format_version";
inline constexpr std::int64_t model_format_version = 1;
inline constexpr const char* loss_attribute = "loss";
inline constexpr const char* input_attribute = "input";
inline constexpr const char* classes_attribute = "class_names";
inline constexpr const char* algorithms_attribute = "algorithms";
inline constexpr const char* groups_attribute = "batch_normalization_groups";
inline constexpr const char* recipe_attribute = "recipe";
inline constexpr const char* provenance_attribute = "provenance";

}  // namespace dtheta
