/// Data sets from the formats they are published in. Files may be plain or gzip-compressed,
/// whatever their names. All throw InputOutputError when a file cannot be read and DataError, with
/// file, place, found and wanted, when its content is wrong. docs/formats.md has the details.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dtheta/data/splits.hpp"

namespace dtheta {

/// A pair of IDX files, the format of MNIST: pictures (N, H, W), stored as HxWx1, or (N, H, W, C)
/// or vectors (N, K) of any IDX type; labels (N) of unsigned bytes.
struct IdxFiles {
  std::filesystem::path images;
  std::filesystem::path labels;
};

/// The classes are "0" to the largest label of both parts.
DatasetSplits import_idx(const IdxFiles& train, const std::optional<IdxFiles>& test);

/// Binary batches of CIFAR-10: records of one label byte and 32x32 pixels, plane by plane; stored
/// as 32x32x3 NHWC with the ten class names. Throws UsageError without a training batch.
DatasetSplits import_cifar10(std::span<const std::filesystem::path> train,
                             std::span<const std::filesystem::path> test);

/// Comma-separated numbers, one sample a line, perhaps with a header line. `label_column` is a
/// header's name or a number from 0 (negative: from the end); throws UsageError when there is no
/// such column. Labels that are all whole numbers or words are classes, named as written; numbers
/// of which any is written with a decimal point or exponent are regression targets. The test file's
/// labels must be among the training file's. x is float32.
DatasetSplits import_csv(const std::filesystem::path& train, const std::string& label_column,
                         const std::optional<std::filesystem::path>& test);

/// Height and width, in pixels.
struct PictureSize {
  Size height;
  Size width;
};

/// Pictures as a data set, and what could not be read of them.
struct ImportedImages {
  DatasetSplits splits;
  std::vector<std::string> unreadable;  ///< a file and the reason, each
};

/// A folder for each class with JPEG and PNG files, told apart by their content, in it and in the
/// folders below: samples in the order of classes and paths, uint8. All grey: HxWx1, else HxWx3.
/// With `size` all are scaled to it (`scale_picture`), without they must be of one size. Hidden
/// files are passed over. The test folder's classes must be among the training folder's, which are
/// in the order of their bytes. What cannot be read is left out and listed; throws DataError when
/// nothing of a folder can be.
ImportedImages import_images(const std::filesystem::path& train,
                             const std::optional<std::filesystem::path>& test,
                             const std::optional<PictureSize>& size);

}  // namespace dtheta
