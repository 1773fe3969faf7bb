/// TrainingPlan: what dtheta train is about to do, for --dry-run.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "command.hpp"
#include "dtheta/core/shape.hpp"

namespace dtheta::cli {

/// What the memory of a training goes to. A value.
struct MemoryPlan {
  Size parameters = 0;       ///< trainable numbers
  Size theta_bytes = 0;      ///< the parameters as they lie in memory
  Size slots = 0;            ///< state arrays of the optimizer, each as large as θ
  Size arrays = 0;           ///< others as large as θ: the average, the best θ, a sum of dθ
  Size shards = 0;           ///< each with a dθ as large as θ
  Size threads = 0;          ///< each with a workspace
  Size workspace_bytes = 0;  ///< of one thread
  Size data_bytes = 0;       ///< targets, and samples that are in memory
  Size feed_bytes = 0;       ///< the order of samples, and buffers for streamed ones

  Size total() const;
};

/// The values of all options as an INI file that --config reads, each with where it came from,
/// and the memory plan as comments.
std::string plan_text(const Interface& interface, const MemoryPlan& memory);

/// {"configuration": {option: value}, "origins": {option: origin}, "memory": {...}}.
nlohmann::ordered_json plan_json(const Interface& interface, const MemoryPlan& memory);

}  // namespace dtheta::cli
