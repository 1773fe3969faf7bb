/// Help texts, 80 columns wide.
#pragma once

#include <string>
#include <string_view>

#include "command.hpp"

namespace dtheta::cli {

/// Usage, description, every option with unit, range and default, and examples. `command` is the
/// full name: "dtheta train".
std::string help_text(std::string_view command, const Interface& interface);

}  // namespace dtheta::cli
