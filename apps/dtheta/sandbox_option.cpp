#include "sandbox_option.hpp"

#include <utility>

namespace dtheta::cli {

Option sandbox_option(std::optional<Sandbox>& target) {
  const auto set = [&target](bool is_on) {
    target = is_on ? std::optional<Sandbox>(std::in_place) : std::nullopt;
  };
  return toggle({.name = "sandbox",
                 .help = "read data sets, models and checkpoints in another process, which can do "
                         "nothing else: for files that you have no reason to trust"},
                set, [&target] { return target.has_value(); });
}

}  // namespace dtheta::cli
