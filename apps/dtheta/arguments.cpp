#include "arguments.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <utility>

#include <boost/program_options.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <unistd.h>

#include "config_file.hpp"
#include "dtheta/core/error.hpp"
#include "dtheta/core/suggestion.hpp"

namespace dtheta::cli {
namespace {

namespace po = boost::program_options;

constexpr const char* operand_key = "<operand>";

/// The values one source gives to an option, and how a message cites them.
struct Assignment {
  std::string option;
  std::vector<std::string> values;
  Origin origin = Origin::command_line;
  std::string where;
};

std::string lowered(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

po::options_description described(const Interface& interface) {
  po::options_description description;
  for (const OptionGroup& group : interface.groups) {
    for (const Option& option : group.options) {
      auto* value = po::value<std::vector<std::string>>();
      if (option.is_switch()) value->zero_tokens();
      if (option.takes_many) value->multitoken();
      description.add_options()(option.name.c_str(), value);
    }
  }
  description.add_options()(operand_key, po::value<std::vector<std::string>>());
  return description;
}

std::string dashed(std::string name) {
  return name.starts_with("--") ? name : "--" + std::move(name);
}

[[noreturn]] void throw_unknown_option(std::string_view command, const std::string& found,
                                       const Interface& interface) {
  std::vector<std::string> known = interface.option_names();
  known.emplace_back("help");
  std::ranges::transform(known, known.begin(), dashed);
  throw UsageError(
      fmt::format("'{}' is not an option of {}{}", found, command, did_you_mean(found, known)));
}

[[noreturn]] void throw_bad_syntax(const po::invalid_command_line_syntax& error,
                                   Interface& interface) {
  const std::string name = dashed(error.get_option_name());
  const Option* option = interface.find(std::string_view(name).substr(2));
  if (option == nullptr) throw UsageError(error.what());
  if (option->is_switch()) throw UsageError(name + " takes no value");
  throw UsageError(fmt::format("{} needs a value: {} {}", name, name, option->placeholder));
}

/// The options, which begin with two dashes and are written out, with their values; the other words
/// as operands. One dash makes no option: -1 can be a value.
po::parsed_options tokenized(std::string_view command, std::span<const std::string> arguments,
                             Interface& interface) {
  namespace style = po::command_line_style;
  const po::options_description description = described(interface);
  po::positional_options_description operands;
  operands.add(operand_key, -1);
  try {
    return po::command_line_parser(std::vector<std::string>(arguments.begin(), arguments.end()))
        .options(description)
        .positional(operands)
        .style(style::allow_long | style::long_allow_adjacent | style::long_allow_next)
        .run();
  } catch (const po::unknown_option& error) {
    throw_unknown_option(command, dashed(error.get_option_name()), interface);
  } catch (const po::invalid_command_line_syntax& error) {
    throw_bad_syntax(error, interface);
  } catch (const po::error& error) {
    throw UsageError(error.what());
  }
}

std::vector<Assignment> from_command_line(std::string_view command,
                                          std::span<const std::string> arguments,
                                          Interface& interface) {
  std::vector<Assignment> assignments;
  for (const po::option& token : tokenized(command, arguments, interface).options) {
    if (token.string_key == operand_key) {
      interface.operands.values.insert(interface.operands.values.end(), token.value.begin(),
                                       token.value.end());
      continue;
    }
    Assignment assignment{
        .option = token.string_key,
        .values = token.value,
        .where = fmt::format("--{} {}", token.string_key, fmt::join(token.value, " "))};
    if (std::ranges::find(assignments, assignment.option, &Assignment::option) !=
        assignments.end()) {
      throw UsageError(fmt::format("--{} is given twice", assignment.option));
    }
    // "--epochs --json": whoever means a value like that writes --epochs=--json.
    if (token.original_tokens.size() == 2 && token.value.front().starts_with("--")) {
      throw UsageError(
          fmt::format("--{} needs a value, found '{}'", token.string_key, token.value.front()));
    }
    if (assignment.values.empty()) assignment.values.emplace_back("true");
    assignments.push_back(std::move(assignment));
  }
  return assignments;
}

std::vector<Assignment> from_environment(const Interface& interface) {
  std::vector<Assignment> assignments;
  for (const std::string& option : interface.option_names()) {
    const std::string variable = variable_name(option);
    const char* value = std::getenv(variable.c_str());
    if (value == nullptr || *value == '\0') continue;
    assignments.push_back({.option = option,
                           .values = {value},
                           .origin = Origin::environment,
                           .where = fmt::format("{}={}", variable, value)});
  }
  return assignments;
}

void check_section(const std::string& where, const std::string& section,
                   const Interface& interface) {
  if (section.empty()) return;
  std::vector<std::string> known;
  for (const OptionGroup& group : interface.groups) known.push_back(lowered(group.title));
  if (std::ranges::find(known, lowered(section)) == known.end()) {
    throw UsageError(fmt::format("{}: '[{}]' is not a section; wanted [{}], or none", where,
                                 section, fmt::join(known, "], [")));
  }
}

std::vector<Assignment> from_config(const std::filesystem::path& file, std::string_view command,
                                    const Interface& interface) {
  const std::vector<std::string> known = interface.option_names();
  std::vector<Assignment> assignments;
  for (const ConfigLine& line : read_config(file)) {
    const std::string where = fmt::format("{}:{}", file.string(), line.line);
    check_section(where, line.section, interface);
    if (line.key == "config" || std::ranges::find(known, line.key) == known.end()) {
      throw UsageError(fmt::format("{}: '{}' is not an option of {}{}", where, line.key, command,
                                   did_you_mean(line.key, known)));
    }
    if (std::ranges::find(assignments, line.key, &Assignment::option) != assignments.end()) {
      throw UsageError(fmt::format("{}: '{}' is given twice", where, line.key));
    }
    assignments.push_back({.option = line.key,
                           .values = {line.value},
                           .origin = Origin::config_file,
                           .where = fmt::format("{}: {} = {}", where, line.key, line.value)});
  }
  return assignments;
}

void apply(const Assignment& assignment, Option& option) {
  option.origin = assignment.origin;
  for (const std::string& value : assignment.values) {
    bool is_good = false;
    try {
      is_good = option.read(value);
    } catch (const UsageError& error) {
      throw UsageError(fmt::format("{}: {}", assignment.where, error.what()));
    }
    if (!is_good) {
      throw UsageError(fmt::format("{}: wanted {}", assignment.where,
                                   option.wanted.empty() ? option.placeholder : option.wanted));
    }
  }
}

void check_required(std::string_view command, const Interface& interface) {
  for (const OptionGroup& group : interface.groups) {
    for (const Option& option : group.options) {
      if (option.is_required && option.origin == Origin::preset) {
        throw UsageError(fmt::format("{} needs --{} {}", command, option.name, option.placeholder));
      }
    }
  }
}

void check_operands(std::string_view command, const Operands& operands) {
  const std::vector<std::string>& found = operands.values;
  if (found.size() < operands.least) {
    throw UsageError(fmt::format("{} needs {}", command, operands.placeholder));
  }
  if (found.size() <= operands.most) return;
  const std::string& extra = found[operands.most];
  throw UsageError(fmt::format("'{}' is one word too many for {}; {}", extra, command,
                               extra.starts_with('-') ? "options begin with two dashes"
                               : operands.most == 0   ? "wanted options only"
                                                      : "wanted " + operands.placeholder));
}

}  // namespace

std::string variable_name(std::string_view option) {
  std::string name = "DTHETA_";
  for (const char c : option) {
    name += c == '-' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  }
  return name;
}

void read_arguments(std::string_view command, std::span<const std::string> arguments,
                    Interface& interface) {
  // From the strongest source to the weakest; the first that names an option decides it.
  std::vector<Assignment> assignments = from_command_line(command, arguments, interface);
  const auto append = [&](std::vector<Assignment> weaker) {
    std::ranges::move(weaker, std::back_inserter(assignments));
  };
  append(from_environment(interface));
  const auto config = std::ranges::find(assignments, "config", &Assignment::option);
  if (config != assignments.end()) {
    append(from_config(config->values.front(), command, interface));
  }
  for (const Assignment& assignment : assignments) {
    Option& option = *interface.find(assignment.option);
    if (option.origin == Origin::preset) apply(assignment, option);
  }
  check_operands(command, interface.operands);
  check_required(command, interface);
}

void warn_of_unknown_variables(std::span<const std::string> option_names, const Console& console) {
  std::vector<std::string> known;
  std::ranges::transform(option_names, std::back_inserter(known), variable_name);
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::string name(text.substr(0, text.find('=')));
    if (name.starts_with("DTHETA_") && std::ranges::find(known, name) == known.end()) {
      console.warn(fmt::format("the environment variable {} is not an option of any command{}",
                               name, did_you_mean(name, known)));
    }
  }
}

}  // namespace dtheta::cli
