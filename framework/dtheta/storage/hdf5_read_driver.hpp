/// How HDF5 reads from an open file, and from no other.
#pragma once

#include <string>

#include "dtheta/core/shape.hpp"
#include "dtheta/storage/hdf5.hpp"

namespace dtheta::hdf5 {

/// The file that HDF5 reads, and what the system said when that failed.
struct Origin {
  int descriptor = -1;
  Size size = 0;
  int error = 0;  ///< errno of the last read that failed; 0: none did
  bool is_open = false;
  std::string failure = {};  ///< why HDF5 could not open it
};

/// A file driver of HDF5 that reads an `Origin`. It asks the system for nothing but bytes of the
/// descriptor (pread), and a second file that is opened by way of the first, as virtual data sets
/// do, is refused. Beyond the end of the file there are zeros, as for HDF5's own drivers.
class ReadDriver {
 public:
  ReadDriver();

  /// Opens `origin`, which must outlive the handle. An empty handle on failure.
  Handle open(Origin& origin) const;

 private:
  Handle driver_;
};

}  // namespace dtheta::hdf5
