/// What is in a group.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "dtheta/core/shape.hpp"
#include "dtheta/storage/hdf5.hpp"

namespace dtheta::hdf5 {

/// The names of the group's links in alphabetical order, the first `most` of them; none for what is
/// no group or cannot be listed, and for a group that claims more links than fit into a file of
/// `file_size` bytes: HDF5 would allocate a table for all that are claimed.
std::vector<std::string> member_names(Id group, std::size_t most, Size file_size);

}  // namespace dtheta::hdf5
