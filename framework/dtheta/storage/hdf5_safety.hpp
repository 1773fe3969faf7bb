/// Which datasets of a file that someone sent may be read.
#pragma once

#include <optional>
#include <string>

#include "dtheta/core/shape.hpp"
#include "dtheta/storage/hdf5.hpp"

namespace dtheta::hdf5 {

/// Why the dataset must not be touched any further, to follow its name in a message; none when it
/// keeps its numbers in this file, in a layout and behind filters that are on the list (deflate
/// once, shuffle, checksum). Comes before anything else is asked of a dataset: HDF5 opens the files
/// that a virtual dataset names when it is merely asked for its shape.
std::optional<std::string> unsafe_layout(Id dataset);

/// Why memory for the dataset must not be allocated; none when the file holds, written, every chunk
/// of it. `element` is the size of one element, `file` that of the file, in bytes.
std::optional<std::string> unsafe_size(Id dataset, const Shape& shape, Size element, Size file);

}  // namespace dtheta::hdf5
