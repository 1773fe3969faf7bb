/// Arguments: from the command line, the environment and a configuration file to a command's
/// variables.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "command.hpp"

namespace dtheta::cli {

/// Fills the variables that `interface` is bound to. The command line wins over the environment
/// (--batch-size is DTHETA_BATCH_SIZE; an empty variable counts as unset), that over the file named
/// by --config, that over the defaults. `command` is the name in messages, "dtheta train". Throws
/// UsageError for an unknown option or key, a value out of range, a missing option or too many
/// operands, saying where it stands, what was found and what was wanted.
void read_arguments(std::string_view command, std::span<const std::string> arguments,
                    Interface& interface);

/// "batch-size" → "DTHETA_BATCH_SIZE".
std::string variable_name(std::string_view option);

/// Warns of every DTHETA_ variable in the environment that is no option of any command.
void warn_of_unknown_variables(std::span<const std::string> option_names, const Console& console);

}  // namespace dtheta::cli
