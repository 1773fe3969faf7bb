/// The HDF5 library in this process.
#pragma once

#include <string>

namespace dtheta {

/// Its version, "1.10.8".
std::string hdf5_version();

}  // namespace dtheta
