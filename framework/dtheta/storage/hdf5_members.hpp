/// What is in a group.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "dtheta/storage/hdf5.hpp"

namespace dtheta::hdf5 {

/// The names of the group's links in alphabetical order, the first `most` of them; none for what is
/// no group or cannot be listed.
std::vector<std::string> member_names(Id group, std::size_t most);

}  // namespace dtheta::hdf5
