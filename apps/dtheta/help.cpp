#include "help.hpp"

#include <fmt/format.h>

#include "text.hpp"

namespace dtheta::cli {
namespace {

constexpr std::size_t width = 80;
constexpr std::size_t text_column = 27;

std::string indented(std::string_view text, std::size_t columns) {
  std::string result;
  for (const std::string& line : wrapped(text, width - columns)) {
    result += fmt::format("{:{}}{}\n", "", line.empty() ? 0 : columns, line);
  }
  return result;
}

/// "  --name VALUE", then `text` from the text column on.
std::string entry(const std::string& term, std::string_view text) {
  const auto lines = wrapped(text, width - text_column);
  std::string result = "  " + term;
  std::size_t first = 0;
  if (result.size() + 2 <= text_column && !lines.empty()) {
    result = fmt::format("{:<{}}{}", result, text_column, lines[first++]);
  }
  result += "\n";
  for (; first < lines.size(); ++first) {
    result += fmt::format("{:{}}{}\n", "", text_column, lines[first]);
  }
  return result;
}

std::string option_help(const Option& option) {
  std::string limits;
  const auto add = [&](std::string_view text) {
    if (text.empty()) return;
    limits += limits.empty() ? "" : "; ";
    limits += text;
  };
  if (option.is_required) add("required");
  if (!option.is_switch()) add(option.wanted);
  if (!option.preset.empty()) add("default: " + option.preset);
  return limits.empty() ? option.help : fmt::format("{} ({})", option.help, limits);
}

}  // namespace

std::string help_text(std::string_view command, const Interface& interface) {
  std::string text = indented(fmt::format("Usage: {} {}", command, interface.usage), 0);
  text += "\n" + indented(interface.description, 0);
  if (interface.operands.most > 0) {
    text += "\nOperands:\n" + entry(interface.operands.placeholder, interface.operands.help);
  }
  for (const OptionGroup& group : interface.groups) {
    text += fmt::format("\n{}:\n", group.title);
    for (const Option& option : group.options) {
      const std::string term = option.is_switch()
                                   ? "--" + option.name
                                   : fmt::format("--{} {}", option.name, option.placeholder);
      text += entry(term, option_help(option));
    }
  }
  if (!interface.examples.empty()) text += "\nExamples:\n" + interface.examples;
  return text;
}

}  // namespace dtheta::cli
