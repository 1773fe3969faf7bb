/// The options of dtheta train that have to do with checkpoints.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "command.hpp"
#include "dtheta/core/shape.hpp"
#include "option.hpp"

namespace dtheta::cli {

/// How often a checkpoint is written. A value.
struct CheckpointInterval {
  enum class Unit { epochs, steps, seconds };

  Size count = 1;
  Unit unit = Unit::epochs;

  friend bool operator==(const CheckpointInterval&, const CheckpointInterval&) = default;
};

/// Reads "2epochs", "500steps" or "60s"; "1epoch" and "1step" too. None for anything else.
std::optional<CheckpointInterval> parse_interval(std::string_view text);
/// What parse_interval reads back.
std::string interval_text(const CheckpointInterval& interval);

/// What they are bound to.
struct CheckpointOptions {
  std::filesystem::path folder;  ///< empty: no checkpoints
  CheckpointInterval every;
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
