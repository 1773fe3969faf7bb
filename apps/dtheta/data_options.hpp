/// The options of dtheta train that say what is trained on.
#pragma once

#include "option.hpp"
#include "train_options.hpp"

namespace dtheta::cli {

/// The group Data, bound to `options`.
OptionGroup data_options(TrainOptions& options);

/// Throws UsageError for an option that would do nothing, naming those that it is for.
void check_data_options(const Recipe& recipe);

}  // namespace dtheta::cli
