/// Which objects of a file that someone sent may be opened.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "dtheta/storage/hdf5_raw.hpp"

namespace dtheta::hdf5 {

/// Why the object whose header lies at `address` must not be opened, to follow its name in a
/// message; none when it may be.
///
/// HDF5 1.10 divides by the extents of a dataset's chunks as soon as it opens the dataset: in a
/// damaged file, where one is 0 or missing, that ends the process. So the header is looked through
/// beforehand for them, in each of its versions (HDF5 File Format Specification 3.0, IV.A).
/// Headers beyond 64 MiB are refused.
std::optional<std::string> unsafe_header(const RawFile& file, std::uint64_t address);

}  // namespace dtheta::hdf5
