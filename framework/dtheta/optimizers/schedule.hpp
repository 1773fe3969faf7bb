/// Schedules: how the learning rate changes over a training.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// The learning rate at every step, a pure function of the step. A value; safe from any thread.
struct Schedule {
  std::string name = "cosine";  ///< constant or cosine
  double learning_rate = 1e-3;  ///< the rate at the first step
  Size total_steps = 1;         ///< of the whole training

  /// The rate of step 1, 2, ..., total_steps. constant: always `learning_rate`; cosine:
  /// learning_rate · (1 + cos(π (step − 1)/total_steps)) / 2 (Loshchilov and Hutter, 2017,
  /// without restarts). Throws UsageError for an unknown name.
  double at(Size step) const;
};

/// The names a Schedule may have.
std::vector<std::string_view> schedule_names();

}  // namespace dtheta
