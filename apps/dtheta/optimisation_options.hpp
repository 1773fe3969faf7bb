/// The options of dtheta train that decide how θ is moved.
#pragma once

#include "command.hpp"
#include "dtheta/model/recipe.hpp"
#include "option.hpp"

namespace dtheta::cli {

/// The group Optimisation, bound to `recipe`.
OptionGroup optimisation_options(Recipe& recipe);

/// Throws UsageError for options of the group that contradict each other, naming both.
void check_optimisation_options(const Interface& interface, const Recipe& recipe);

}  // namespace dtheta::cli
