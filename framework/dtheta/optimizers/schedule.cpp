#include "dtheta/optimizers/schedule.hpp"

#include <cmath>
#include <numbers>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/core/error.hpp"

namespace dtheta {

std::vector<std::string_view> schedule_names() { return {"constant", "cosine"}; }

double Schedule::at(Size step) const {
  if (name == "constant") return learning_rate;
  if (name == "cosine") {
    const double progress = static_cast<double>(step - 1) / static_cast<double>(total_steps);
    return learning_rate * (1 + std::cos(std::numbers::pi * progress)) / 2;
  }
  throw UsageError(fmt::format("unknown schedule '{}'; wanted one of {}", name,
                               fmt::join(schedule_names(), ", ")));
}

}  // namespace dtheta
