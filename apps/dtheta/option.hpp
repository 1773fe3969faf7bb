/// Option: one value that a command takes, with its help, its range and where it came from.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "dtheta/core/shape.hpp"

namespace dtheta::cli {

/// Where a value came from; a later one wins.
enum class Origin { preset, config_file, environment, command_line };

/// One option, bound to the variable that it sets (which must outlive it).
struct Option {
  std::string name;         ///< "batch-size", typed as --batch-size
  std::string placeholder;  ///< what stands for the value in the help; empty: a switch
  std::string help;         ///< what it does, with its unit
  std::string wanted;       ///< the range; in the help and after a value that is not in it
  std::string preset;       ///< the default, as the help tells it; empty: none
  bool takes_many = false;  ///< all words up to the next option
  bool is_required = false;
  /// Reads one value. False: it is not what is wanted. Throws UsageError to say more.
  std::function<bool(const std::string&)> read;
  /// The value it has now, as it would be typed; empty: none.
  std::function<std::string()> text;
  Origin origin = Origin::preset;

  bool is_switch() const { return placeholder.empty(); }
};

/// Options that belong together under one heading.
struct OptionGroup {
  std::string title;  ///< "Optimisation"
  std::vector<Option> options;
};

/// What an option is called and what its help says. An empty `preset` takes the bound variable's
/// value.
struct OptionText {
  std::string name;
  std::string placeholder = {};
  std::string help;
  std::string preset = {};
};

/// A whole number in {low, ..., high}.
Option whole_number(OptionText text, Size& target, Size low, Size high);
/// Any whole number from 0 to 2^64 - 1.
Option whole_number(OptionText text, std::uint64_t& target);
/// A finite number for which `is_in_range` holds; `wanted` describes the range.
Option real_number(OptionText text, double& target, std::string wanted,
                   std::function<bool(double)> is_in_range);
/// The same for a number that may be missing: the option then has no value.
Option real_number(OptionText text, std::optional<double>& target, std::string wanted,
                   std::function<bool(double)> is_in_range);
/// The whole of `text` as a finite number. False: it is none.
bool read_real(const std::string& text, double& number);
/// One of `names`.
Option choice(OptionText text, std::string& target, const std::vector<std::string_view>& names);
/// Any text but the empty one.
Option free_text(OptionText text, std::string& target);
Option path(OptionText text, std::filesystem::path& target);
Option paths(OptionText text, std::vector<std::filesystem::path>& target);
Option toggle(OptionText text, bool& target);
/// The same for what is no bool.
Option toggle(OptionText text, std::function<void(bool)> set, std::function<bool()> is_set);
/// The same option, one that has to be given.
Option required(Option option);

}  // namespace dtheta::cli
