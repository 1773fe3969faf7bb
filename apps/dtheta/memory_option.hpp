/// --memory-limit: how much memory data may take.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dtheta/core/shape.hpp"
#include "option.hpp"

namespace dtheta::cli {

/// A number of bytes as people write it: "65536", "64KiB", "1.5GiB" (by 1024) or "2GB" (by 1000).
/// None for anything else, less than one byte, or more than 64 bits hold.
std::optional<Size> parse_bytes(std::string_view text);

/// The bytes in the largest unit that has a whole number of them: "64MiB". parse_bytes reads it.
std::string whole_bytes_text(Size bytes);

/// --memory-limit, bound to `target`, which becomes half of the memory that there is.
Option memory_limit_option(Size& target);

}  // namespace dtheta::cli
