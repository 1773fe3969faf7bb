/// The HDF5 library in this process.
#pragma once

#include <string>

namespace dtheta {

/// Its version, "1.10.8".
std::string hdf5_version();

/// Does what it does when it is first used, such as a look at the environment.
void start_hdf5();

/// Keeps it from tidying up when the process ends. After a damaged file it does not manage to, and
/// then says so on standard error; dtheta needs none of it, for it closes what it opens. For a
/// program's first line: without effect once HDF5 has been used.
void skip_hdf5_exit_handler();

}  // namespace dtheta
