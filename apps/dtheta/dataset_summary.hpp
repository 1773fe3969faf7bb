/// What a data set holds, for people and for programs.
#pragma once

#include <filesystem>
#include <string>

#include <nlohmann/json.hpp>

#include "dtheta/data/splits.hpp"

namespace dtheta::cli {

/// How the file was understood, a line each.
std::string recognition_text(const DatasetSplits& splits);

/// Parts with samples, shape, type and range; then the classes' histogram, or the targets' range.
std::string summary_text(const std::filesystem::path& file, const DatasetSplits& splits);

/// {"file", "kind": "dataset", "remarks", "classes", "class_names", "parts": {"train": {"samples",
/// "shape", "type", "bytes", "lowest", "highest", "mean", "class_counts" | "targets"}, ...}}.
nlohmann::ordered_json summary_json(const std::filesystem::path& file, const DatasetSplits& splits);

}  // namespace dtheta::cli
