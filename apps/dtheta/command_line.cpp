#include "command_line.hpp"

#include <algorithm>
#include <exception>
#include <filesystem>
#include <new>
#include <set>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "arguments.hpp"
#include "commands.hpp"
#include "dtheta/core/suggestion.hpp"
#include "dtheta/core/version.hpp"
#include "help.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

using Words = std::span<const std::string>;

std::vector<std::string> split_words(std::string_view name) { return wrapped(name, 1); }

/// How many of `words` name the command, 0 if they do not.
std::size_t match(const CommandEntry& entry, Words words) {
  const auto name = split_words(entry.name);
  const bool is_match =
      words.size() >= name.size() && std::ranges::equal(name, words.first(name.size()));
  return is_match ? name.size() : 0;
}

/// The commands that begin with `prefix` and a table of them; all of them for an empty prefix.
std::string command_list(std::string_view prefix) {
  std::vector<std::vector<std::string>> rows;
  for (const CommandEntry& entry : command_table()) {
    if (entry.name.starts_with(prefix)) {
      rows.push_back({"  " + std::string(entry.name), std::string(entry.summary)});
    }
  }
  return table_text(rows, {Align::left, Align::left});
}

std::string overview() {
  return fmt::format(
      "dtheta {}: trains neural networks on all cores, from HDF5 files\n\n"
      "Usage: dtheta COMMAND [OPTION...]\n\n"
      "Commands:\n{}\n"
      "dtheta COMMAND --help tells more, --version the version. A first try:\n"
      "  dtheta dataset make digits --output digits.h5\n"
      "  dtheta train --data digits.h5 --model lenet5\n\n"
      "Exit codes: 0 done, 1 check-gradients found a difference, 2 wrong usage,\n"
      "65 bad data, 69 unusable BLAS or threads, 73 cannot create a file,\n"
      "74 cannot read or write, 75 stopped and resumable, 76 the training diverged.\n",
      version(), command_list(""));
}

/// The words that can stand where `words` leaves the table's commands: after "dataset" they are
/// import, make and info.
std::vector<std::string> next_words(Words words) {
  std::vector<std::string> next;
  for (const CommandEntry& entry : command_table()) {
    const auto name = split_words(entry.name);
    if (name.size() > words.size() &&
        std::ranges::equal(words, std::span(name).first(words.size())) &&
        std::ranges::find(next, name[words.size()]) == next.end()) {
      next.push_back(name[words.size()]);
    }
  }
  return next;
}

/// For words that name no command: their longest beginning that leads towards one.
Words known_beginning(Words words) {
  std::size_t count = 0;
  while (count < words.size() && !next_words(words.first(count + 1)).empty()) ++count;
  return words.first(count);
}

ExitCode explain_unknown(Words words, const Console& console) {
  const Words known = known_beginning(words);
  const std::string prefix = fmt::format("{}", fmt::join(known, " "));
  if (known.size() == words.size()) {  // "dtheta dataset"
    console.out << "Commands:\n" << command_list(prefix);
    return ExitCode::usage;
  }
  const std::string& found = words[known.size()];
  throw UsageError(fmt::format("'{}' is not a command of dtheta{}{}{}", found,
                               prefix.empty() ? "" : " ", prefix,
                               did_you_mean(found, next_words(known))));
}

bool is_help(std::string_view word) { return word == "--help" || word == "-h"; }

std::vector<std::string> all_option_names() {
  std::set<std::string> names;
  for (const CommandEntry& entry : command_table()) {
    for (std::string& name : entry.make()->interface().option_names()) {
      names.insert(std::move(name));
    }
  }
  return {names.begin(), names.end()};
}

ExitCode run_command(const CommandEntry& entry, Words arguments, const Console& console) {
  const std::string name = fmt::format("dtheta {}", entry.name);
  const auto command = entry.make();
  const Words before_operands = arguments.first(
      static_cast<std::size_t>(std::ranges::find(arguments, "--") - arguments.begin()));
  if (std::ranges::any_of(before_operands, is_help)) {
    console.out << help_text(name, command->interface());
    return ExitCode::done;
  }
  try {
    warn_of_unknown_variables(all_option_names(), console);
    read_arguments(name, arguments, command->interface());
    return command->run(console);
  } catch (const UsageError& error) {
    console.error(error.what());
    console.err << fmt::format("Try '{} --help'.\n", name);
    return ExitCode::usage;
  }
}

ExitCode dispatch(Words words, const Console& console) {
  if (words.empty()) {
    console.out << overview();
    return ExitCode::usage;
  }
  if (words.front() == "--version") {
    console.out << fmt::format("dtheta {}\n", version());
    return ExitCode::done;
  }
  if (is_help(words.front())) {
    console.out << overview();
    return ExitCode::done;
  }
  if (words.front() == "help") {  // "help train" is "train --help"
    std::vector<std::string> turned(words.begin() + 1, words.end());
    turned.emplace_back("--help");
    return dispatch(turned, console);
  }
  for (const CommandEntry& entry : command_table()) {
    if (const std::size_t length = match(entry, words); length > 0) {
      return run_command(entry, words.subspan(length), console);
    }
  }
  const auto help = std::ranges::find_if(words, is_help);
  if (help == words.end()) return explain_unknown(words, console);
  explain_unknown({words.begin(), help}, console);
  return ExitCode::done;
}

}  // namespace

ExitCode run_command_line(Words words, const Console& console) {
  try {
    return dispatch(words, console);
  } catch (const Error& error) {
    console.error(error.what());
    return error.exit_code();
  } catch (const std::filesystem::filesystem_error& error) {
    console.error(error.what());
    return ExitCode::input_output;
  } catch (const std::bad_alloc&) {
    console.error(
        "there is not enough memory; fewer --threads, a smaller --batch-size or network need less");
    return ExitCode::unusable_runtime;
  } catch (const std::exception& error) {  // what the machine would not do: no more threads, ...
    console.error(error.what());
    return ExitCode::unusable_runtime;
  }
}

}  // namespace dtheta::cli
