/// The options of dtheta train that have to do with checkpoints.
#pragma once

#include <filesystem>

#include "command.hpp"
#include "dtheta/core/shape.hpp"
#include "dtheta/core/training_interval.hpp"
#include "option.hpp"

namespace dtheta::cli {

/// What they are bound to.
struct CheckpointOptions {
  std::filesystem::path folder;  ///< empty: no checkpoints
  TrainingInterval every;        ///< how often one is written
  Size keep = 3;
  bool resumes = false;
  bool is_exact = false;

  bool is_on() const { return !folder.empty(); }
};

/// The group Checkpoints, bound to `options`.
OptionGroup checkpoint_options(CheckpointOptions& options);

/// Throws UsageError for an option of the group that has no effect without --checkpoint or
/// --resume, naming both.
void check_checkpoint_options(const Interface& interface, const CheckpointOptions& options);

}  // namespace dtheta::cli
