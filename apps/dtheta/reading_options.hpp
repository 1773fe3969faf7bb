/// The options that say how a data set's file is read.
#pragma once

#include "dtheta/storage/dataset_file.hpp"
#include "option.hpp"

namespace dtheta::cli {

/// --x, --y, --layout, --input-shape, --task, --memory-limit and --sandbox, bound to `reading`.
OptionGroup reading_options(DatasetReading& reading);

}  // namespace dtheta::cli
