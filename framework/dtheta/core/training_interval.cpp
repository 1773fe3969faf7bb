#include "dtheta/core/training_interval.hpp"

#include <array>
#include <cassert>
#include <charconv>
#include <limits>
#include <system_error>

#include <fmt/format.h>

namespace dtheta {
namespace {

using Unit = TrainingInterval::Unit;

constexpr Size most = std::numeric_limits<Size>::max();

struct Suffix {
  std::string_view text;
  Unit unit;
  Size factor;
};

constexpr std::array suffixes{Suffix{"epochs", Unit::epochs, 1}, Suffix{"epoch", Unit::epochs, 1},
                              Suffix{"steps", Unit::steps, 1},   Suffix{"step", Unit::steps, 1},
                              Suffix{"s", Unit::seconds, 1},     Suffix{"m", Unit::seconds, 60},
                              Suffix{"h", Unit::seconds, 3600}};

}  // namespace

Size TrainingInterval::steps(Size steps_per_epoch) const {
  assert(unit != Unit::seconds && steps_per_epoch > 0);
  if (unit == Unit::steps) return count;
  return count > most / steps_per_epoch ? most : count * steps_per_epoch;
}

std::optional<TrainingInterval> parse_interval(std::string_view text) {
  Size count = 0;
  const char* const end = text.data() + text.size();
  const auto number = std::from_chars(text.data(), end, count);
  if (number.ec != std::errc{} || count < 1) return std::nullopt;
  const std::string_view unit(number.ptr, static_cast<std::size_t>(end - number.ptr));
  for (const Suffix& suffix : suffixes) {
    if (unit != suffix.text || count > most / suffix.factor) continue;
    return TrainingInterval{.count = count * suffix.factor, .unit = suffix.unit};
  }
  return std::nullopt;
}

std::string interval_text(const TrainingInterval& interval) {
  if (interval.unit == Unit::seconds) return fmt::format("{}s", interval.count);
  return fmt::format("{}{}{}", interval.count, interval.unit == Unit::epochs ? "epoch" : "step",
                     interval.count == 1 ? "" : "s");
}

}  // namespace dtheta
