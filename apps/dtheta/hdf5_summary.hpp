/// The tree of an HDF5 file, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "dtheta/storage/hdf5_contents.hpp"

namespace dtheta::cli {

/// A line an object: name, type and shape, storage, range.
std::string contents_text(const std::vector<Hdf5Object>& objects);

/// [{"path", "type", "storage", "lowest", "highest", "problem"}, ...], as far as there are any.
nlohmann::ordered_json contents_json(const std::vector<Hdf5Object>& objects);

}  // namespace dtheta::cli
