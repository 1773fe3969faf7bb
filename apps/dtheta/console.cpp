#include "console.hpp"

#include <cstdlib>
#include <iostream>
#include <string>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace dtheta::cli {
namespace {

constexpr std::string_view red = "\x1b[31m";
constexpr std::string_view yellow = "\x1b[33m";
constexpr std::string_view plain = "\x1b[0m";

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

/// "dtheta: label: message" with the label, or the name where there is none, in colour.
void print(const Console& console, std::string_view label, std::string_view colour,
           std::string_view message) {
  const auto coloured = [&](std::string_view text) {
    const bool is_plain = !console.is_colour || colour.empty();
    return is_plain ? std::string(text) : fmt::format("{}{}{}", colour, text, plain);
  };
  console.err << (label.empty() ? coloured("dtheta") : "dtheta: " + coloured(label)) << ": "
              << message.substr(0, message.find_last_not_of('\n') + 1) << std::endl;
}

}  // namespace

void Console::note(std::string_view message) const { print(*this, "note", "", message); }

void Console::warn(std::string_view message) const { print(*this, "warning", yellow, message); }

void Console::error(std::string_view message) const { print(*this, "", red, message); }

int Console::columns() const {
  winsize size{};
  const bool is_known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return is_known ? size.ws_col : 80;
}

Console standard_console() {
  const bool is_terminal = isatty(STDERR_FILENO) == 1 && environment("TERM") != "dumb";
  return {.out = std::cout,
          .err = std::cerr,
          .is_live = is_terminal,
          .is_colour = is_terminal && environment("NO_COLOR").empty()};
}

}  // namespace dtheta::cli
