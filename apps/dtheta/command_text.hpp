/// A command line as it would be typed.
#pragma once

#include <string>
#include <string_view>

#include "command.hpp"

namespace dtheta::cli {

/// `word` as a shell reads it back: in single quotes where it has to be.
std::string shell_word(std::string_view word);

/// "dtheta train --data mnist.h5 --model 'flatten, dense 10'": the command with all options that
/// were given on the command line or by the environment (a file that --config names is named
/// again), except for `switch_name`, which is added at the end.
std::string command_text(std::string_view command, const Interface& interface,
                         std::string_view switch_name);

}  // namespace dtheta::cli
