#include "command.hpp"

#include <algorithm>
#include <cassert>

namespace dtheta::cli {

Option* Interface::find(std::string_view name) {
  for (OptionGroup& group : groups) {
    const auto option = std::ranges::find(group.options, name, &Option::name);
    if (option != group.options.end()) return &*option;
  }
  return nullptr;
}

bool Interface::is_given(std::string_view name) const {
  for (const OptionGroup& group : groups) {
    const auto option = std::ranges::find(group.options, name, &Option::name);
    if (option != group.options.end()) return option->origin != Origin::preset;
  }
  assert(false);
  return false;
}

std::vector<std::string> Interface::option_names() const {
  std::vector<std::string> names;
  for (const OptionGroup& group : groups) {
    for (const Option& option : group.options) names.push_back(option.name);
  }
  return names;
}

}  // namespace dtheta::cli
