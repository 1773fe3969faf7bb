/// Command: one thing that dtheta does, with everything that can be asked of it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "console.hpp"
#include "dtheta/core/error.hpp"
#include "option.hpp"

namespace dtheta::cli {

/// The words of a command line that belong to no option.
struct Operands {
  std::string placeholder;  ///< "FILE"
  std::string help;
  std::size_t least = 0;
  std::size_t most = 0;
  std::vector<std::string> values = {};
};

/// All that a command understands. The options are bound to the command's variables.
struct Interface {
  std::string usage;        ///< what follows the command's name: "--data FILE [OPTION...]"
  std::string description;  ///< a paragraph or two
  std::string examples;     ///< whole lines to type, as they stand; empty: none
  Operands operands = {};
  std::vector<OptionGroup> groups;

  /// The option of that name, or null.
  Option* find(std::string_view name);
  /// Whether the option has a value that is not its default. The option must exist.
  bool is_given(std::string_view name) const;
  /// The names of all options.
  std::vector<std::string> option_names() const;
};

/// A command is made, its interface is filled from the arguments, then it runs once. The
/// constructor of each describes its interface, bound to its own variables.
class Command {
 public:
  Command() = default;
  virtual ~Command() = default;
  Command(const Command&) = delete;
  Command& operator=(const Command&) = delete;

  Interface& interface() { return interface_; }
  const Interface& interface() const { return interface_; }

  /// Does the work; throws an Error when it cannot.
  virtual ExitCode run(const Console& console) = 0;

 private:
  Interface interface_;
};

}  // namespace dtheta::cli
