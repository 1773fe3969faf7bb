#include "command_text.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace dtheta::cli {

std::string shell_word(std::string_view word) {
  const auto is_plain = [](unsigned char c) {
    return std::isalnum(c) != 0 ||
           std::string_view("_-./:=,+@%").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!word.empty() && std::ranges::all_of(word, is_plain)) return std::string(word);
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return quoted + "'";
}

std::string command_text(std::string_view command, const Interface& interface,
                         std::string_view switch_name) {
  std::string text(command);
  for (const OptionGroup& group : interface.groups) {
    for (const Option& option : group.options) {
      const bool is_given =
          option.origin == Origin::command_line || option.origin == Origin::environment;
      if (!is_given || option.name == switch_name) continue;
      if (!option.is_switch()) {
        const std::string value = option.text();  // one that looks like an option is joined
        text += fmt::format(" --{}{}{}", option.name, value.starts_with("--") ? "=" : " ",
                            shell_word(value));
      } else if (option.text() == "true") {
        text += fmt::format(" --{}", option.name);
      }
    }
  }
  return fmt::format("{} --{}", text, switch_name);
}

}  // namespace dtheta::cli
