/// Data sets from the formats they are published in. Files may be plain or gzip-compressed,
/// whatever their names. All throw InputOutputError when a file cannot be read and DataError, with
/// file, place, found and wanted, when its content is wrong.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "dtheta/data/splits.hpp"

namespace dtheta {

/// A pair of IDX files, the format of MNIST: pictures (N, H, W) or vectors (N, K) of any IDX type,
/// labels (N) of unsigned bytes.
struct IdxFiles {
  std::filesystem::path images;
  std::filesystem::path labels;
};
DatasetSplits import_idx(const IdxFiles& train, const std::optional<IdxFiles>& test);

/// Binary batches of CIFAR-10: records of one label byte and 32x32 pixels, plane by plane; stored
/// as 32x32x3 NHWC with the ten class names.
DatasetSplits import_cifar10(std::span<const std::filesystem::path> train,
                             std::span<const std::filesystem::path> test);

/// Comma-separated numbers, one sample a line, perhaps with a header line. `label_column` is a
/// header's name or a number from 0 (negative: from the end). Labels that are all whole numbers or
/// words are classes, named as written; labels with fractions are regression targets. x is float32.
DatasetSplits import_csv(const std::filesystem::path& train, const std::string& label_column,
                         const std::optional<std::filesystem::path>& test);

}  // namespace dtheta
