/// Predictions as CSV or HDF5.
#pragma once

#include <concepts>
#include <filesystem>
#include <span>
#include <string>

#include "dtheta/core/view.hpp"

namespace dtheta {

/// Writes predictions {N, k}, atomically; the name's ending decides. `.csv`: a header line
/// "sample,class,NAME..." (for regression "sample,value_0,..."), then one line a sample, numbered
/// from 0, with the class's name and as many digits as give the same bits back; `.h5`:
/// /predictions {N, k} and, for classification, /class {N} int32 and /class_names {k}. A single
/// probability k = 1 of two classes is written as both. `class_names` is empty for regression.
///
/// Throws UsageError for another ending or a number of names that does not fit, else as AtomicFile.
/// Safe from any thread.
template <std::floating_point T>
void write_predictions(const std::filesystem::path& path, View<const T> predictions,
                       std::span<const std::string> class_names);

}  // namespace dtheta
