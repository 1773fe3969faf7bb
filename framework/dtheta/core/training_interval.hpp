/// TrainingInterval: a stretch of a training, as a person writes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// So many epochs, steps or seconds. A value.
struct TrainingInterval {
  enum class Unit { epochs, steps, seconds };

  Size count = 1;
  Unit unit = Unit::epochs;

  /// How many steps that is; not for seconds (asserted). Saturates where it is more than a Size
  /// holds.
  Size steps(Size steps_per_epoch) const;

  friend bool operator==(const TrainingInterval&, const TrainingInterval&) = default;
};

/// Reads "2epochs", "500steps", "60s", "10m" or "2h"; "1epoch" and "1step" too. None for anything
/// else, and for 0.
std::optional<TrainingInterval> parse_interval(std::string_view text);
/// What parse_interval reads back; minutes and hours in seconds.
std::string interval_text(const TrainingInterval& interval);

}  // namespace dtheta
