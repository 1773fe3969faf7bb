/// --sandbox: HDF5 files are read by another process.
#pragma once

#include <optional>

#include "dtheta/storage/sandbox.hpp"
#include "option.hpp"

namespace dtheta::cli {

/// --sandbox, bound to `target`: none, or a sandbox with the memory that it has by default.
Option sandbox_option(std::optional<Sandbox>& target);

}  // namespace dtheta::cli
