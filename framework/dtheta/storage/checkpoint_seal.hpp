/// The seal of a checkpoint: what shows that it is as it was written.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// The seal is the first bytes of the file, lines of text and then zeros: HDF5's user block.
inline constexpr Size seal_size = 512;

/// The seal of a file whose bytes behind the seal are `content`.
std::string seal_of(std::span<const std::byte> content);

/// What is wrong with the file, to follow its name in a message; none when its seal fits its
/// content. Throws InputOutputError when it cannot be read.
std::optional<std::string> broken_seal(const std::filesystem::path& path);

}  // namespace dtheta
