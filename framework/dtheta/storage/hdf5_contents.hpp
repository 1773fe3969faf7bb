/// What any HDF5 file holds, for people.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "dtheta/core/shape.hpp"
#include "dtheta/storage/sandbox.hpp"

namespace dtheta {

/// The lowest and the highest of a dataset's numbers, NaN left out.
struct NumberRange {
  double lowest;
  double highest;
};

/// An object of a file.
struct Hdf5Object {
  std::string path;                       ///< "/train/x"
  std::string label;                      ///< its name, indented by its level, "/" after a group
  std::string type = {};                  ///< of a dataset: "uint8 {60000, 28, 28}", or why not
  std::string storage = {};               ///< of a dataset: "chunks of 64x28x28, gzip 4"
  std::string problem = {};               ///< why a dataset cannot be read
  std::optional<NumberRange> range = {};  ///< of a dataset of numbers that is not empty
};

/// The objects of the file, parents before members, the first 1,000 of more. Reads all numbers,
/// some at a time. Throws InputOutputError when the file cannot be read, DataError when it is not
/// HDF5. Safe from any thread.
std::vector<Hdf5Object> hdf5_contents(const std::filesystem::path& path,
                                      const std::optional<Sandbox>& sandbox = std::nullopt);

}  // namespace dtheta
