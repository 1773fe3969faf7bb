/// The whole of a command line, from words to exit code.
#pragma once

#include <span>
#include <string>

#include "console.hpp"
#include "dtheta/core/error.hpp"

namespace dtheta::cli {

/// Runs what the words after "dtheta" ask for: a command, or its help. Every exception becomes one
/// message on `console.err` and the exit code that belongs to it.
ExitCode run_command_line(std::span<const std::string> words, const Console& console);

}  // namespace dtheta::cli
