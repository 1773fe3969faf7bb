/// JSON out of files that someone sent.
#pragma once

#include <string_view>

#include <nlohmann/json.hpp>

namespace dtheta {

/// Parses `text`. Throws DataError when it is not JSON or is nested more than 64 levels deep: what
/// is returned may be copied and printed, which takes a call a level.
nlohmann::ordered_json parse_json(std::string_view text);

}  // namespace dtheta
