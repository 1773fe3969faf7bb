#include "dtheta/storage/hdf5_library.hpp"

#include <hdf5.h>

namespace dtheta {

std::string hdf5_version() {
  unsigned major = 0;
  unsigned minor = 0;
  unsigned release = 0;
  H5get_libversion(&major, &minor, &release);
  return std::to_string(major) + "." + std::to_string(minor) + "." + std::to_string(release);
}

void start_hdf5() { H5open(); }

void skip_hdf5_exit_handler() { H5dont_atexit(); }

}  // namespace dtheta
