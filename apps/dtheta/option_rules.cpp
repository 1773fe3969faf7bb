#include "option_rules.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"

namespace dtheta::cli {
namespace {

/// "adam", "adam and lion", "adam, lion and lamb".
std::string enumeration(const std::vector<std::string_view>& words) {
  std::string text(words.front());
  for (std::size_t i = 1; i < words.size(); ++i) {
    text += fmt::format("{}{}", i + 1 == words.size() ? " and " : ", ", words[i]);
  }
  return text;
}

}  // namespace

bool OptionUse::holds_for(std::string_view choice) const {
  return std::ranges::find(choices, choice) != choices.end();
}

Option only_while(Option option, std::function<bool()> has_use) {
  option.text = [has_use = std::move(has_use), text = std::move(option.text)] {
    return has_use() ? text() : std::string();
  };
  return option;
}

void check_uses(const Interface& interface, std::span<const OptionUse> uses,
                std::string_view chooser, std::string_view found) {
  for (const OptionUse& use : uses) {
    if (use.holds_for(found) || !interface.is_given(use.option)) continue;
    throw UsageError(fmt::format("--{} and --{} {} contradict each other: only {} {} it",
                                 use.option, chooser, found, enumeration(use.choices),
                                 use.choices.size() == 1 ? "has" : "have"));
  }
}

}  // namespace dtheta::cli
