/// Options that only some choices of another option have.
#pragma once

#include <functional>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "command.hpp"
#include "option.hpp"

namespace dtheta::cli {

/// "--momentum is had by momentum, nesterov and lars." A value.
struct OptionUse {
  std::string_view option;
  std::vector<std::string_view> choices;

  bool holds_for(std::string_view choice) const;
};

/// The same option without a value, as a configuration is told, while `has_use` does not hold.
Option only_while(Option option, std::function<bool()> has_use);

/// Throws UsageError for an option that is given, but that `found`, the choice of --`chooser`, does
/// not have: naming both, and the choices that do.
void check_uses(const Interface& interface, std::span<const OptionUse> uses,
                std::string_view chooser, std::string_view found);

}  // namespace dtheta::cli
