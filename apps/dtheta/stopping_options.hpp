/// The options of dtheta train that decide when it ends, and with which epoch's model.
#pragma once

#include <optional>

#include "dtheta/core/training_interval.hpp"
#include "dtheta/model/recipe.hpp"
#include "option.hpp"

namespace dtheta::cli {

/// The group Stopping, bound to `recipe` and `time_limit`.
OptionGroup stopping_options(Recipe& recipe, std::optional<TrainingInterval>& time_limit);

}  // namespace dtheta::cli
