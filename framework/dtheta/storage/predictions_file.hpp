/// Predictions as CSV or HDF5.
#pragma once

#include <concepts>
#include <filesystem>
#include <span>
#include <string>

#include "dtheta/core/view.hpp"

namespace dtheta {

/// Writes predictions {N, k}, atomically; the name's ending decides. `.csv`: a header line
/// "sample,class,NAME..." (for regression "sample,value_0,..."), then one line a sample; `.h5`:
/// /predictions {N, k} and, for classification, /class {N} int32 and /class_names. A single
/// probability k = 1 of two classes is written as both. `class_names` is empty for regression.
/// Throws UsageError for another ending, else as write_atomically.
template <std::floating_point T>
void write_predictions(const std::filesystem::path& path, View<const T> predictions,
                       std::span<const std::string> class_names);

}  // namespace dtheta
