/// Data sets as HDF5 files; docs/formats.md has the layouts.
#pragma once

#include <filesystem>

#include "dtheta/data/splits.hpp"

namespace dtheta {

/// Reads every part of a data set into memory, in its native type: dtheta's own layout
/// (/train/x, /train/y, ...) or the course layout (train_set_x, train_set_y, test_set_x,
/// test_set_y, list_classes; either part may be missing). Throws InputOutputError when the file
/// cannot be read, DataError when its content is not a data set: naming the file, the HDF5 object,
/// what was found and what was wanted; for an unknown layout with the file's tree.
DatasetSplits read_dataset(const std::filesystem::path& path);

/// Writes dtheta's layout, atomically. Throws as write_atomically.
void write_dataset(const std::filesystem::path& path, const DatasetSplits& splits);

}  // namespace dtheta
