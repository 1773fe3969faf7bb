/// How HDF5 writes into a ByteStore.
#pragma once

#include <exception>

#include "dtheta/storage/byte_store.hpp"
#include "dtheta/storage/hdf5.hpp"

namespace dtheta::hdf5 {

/// Where a file that HDF5 writes goes, and what went wrong on the way.
struct Destination {
  ByteStore* bytes = nullptr;
  std::exception_ptr failure;  ///< the first; what comes after it is not written
};

/// A file driver of HDF5 that writes to a `Destination`.
///
/// HDF5 1.10 does not survive a failing write, such as a full disk: the file cannot be closed any
/// more and the process crashes at its end. This driver never fails. It keeps the first exception
/// for whoever asks `Destination::failure`, and lets HDF5 finish its work into the void.
class Driver {
 public:
  Driver();

  /// Creates an HDF5 file in `destination`, which must outlive the handle; `creation` is its file
  /// creation property list. An empty handle on failure.
  Handle create(Destination& destination, Id creation) const;

 private:
  Handle driver_;
};

}  // namespace dtheta::hdf5
