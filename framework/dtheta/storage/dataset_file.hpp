/// Data sets as HDF5 files; docs/formats.md has the layouts.
#pragma once

#include <filesystem>

#include "dtheta/data/splits.hpp"

namespace dtheta {

/// Reads every part of a data set into memory, in its native type: dtheta's own layout
/// (/train/x, /train/y, ...) or the course layout (train_set_x, train_set_y, test_set_x,
/// test_set_y, list_classes; either part may be missing). Pictures without channels, {N, H, W},
/// become HxWx1. Throws InputOutputError when the file cannot be read, DataError when its content
/// is not a data set: naming the file, the HDF5 object, what was found and what was wanted; for an
/// unknown layout with the file's tree. HDF5: from one thread at a time.
DatasetSplits read_dataset(const std::filesystem::path& path);

/// Writes dtheta's layout, atomically. The same data gives the same bytes. Throws DataError when
/// there is no part, an empty one, or parts of different classes; else as AtomicFile. HDF5: from
/// one thread at a time.
void write_dataset(const std::filesystem::path& path, const DatasetSplits& splits);

}  // namespace dtheta
