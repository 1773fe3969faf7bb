/// The targets of a data set, understood.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/dataset_places.hpp"
#include "dtheta/storage/hdf5_reader.hpp"

namespace dtheta {

/// The targets of one part.
struct PartTargets {
  std::vector<std::int32_t> labels = {};  ///< {N}; empty for regression
  AlignedBuffer<double> values = {};      ///< {N, k}; empty for classification
};

/// The targets of all parts of a data set.
struct Targets {
  std::vector<PartTargets> parts;        ///< in the order of the places
  std::vector<std::string> class_names;  ///< empty for regression
  Size values_per_sample = 0;            ///< k of a regression
  std::string remark;                    ///< how they were understood, in words
};

/// Reads the targets at `places`; `rows` are those of each part's samples in the file, before a
/// part is cut out of them. They may be class numbers {N}, {N, 1} or {1, N}, one-hot rows {N, k},
/// texts, or the numbers of a regression; docs/formats.md says which is taken for what, and
/// `task`, where given, decides. Throws DataError when they do not fit the samples, are none of
/// these, or are not the same kind in all parts.
Targets read_targets(const hdf5::Reader& file, const DatasetPlaces& places,
                     std::span<const Size> rows, std::optional<Task> task);

}  // namespace dtheta
