/// StepFigures: what dtheta benchmark step has measured, for people and for programs.
#pragma once

#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "dtheta/benchmark/step_benchmark.hpp"

namespace dtheta::cli {

/// All figures of one workload. Times are of one step.
struct StepFigures {
  std::string model;       ///< as it was asked for
  std::string data;        ///< the file, or "random"
  std::string input_type;  ///< of the stored samples: "uint8", "float32", ...
  std::string optimizer;
  Size parameters = 0;
  Size batch_size = 0;
  Size shards = 0;
  int threads = 1;
  StepTimes times;
  TimeSplit split;
  std::vector<LayerTime> layers;
  Spread fma_gflops;    ///< of all the threads together, measured just before
  Size buffers = 0;     ///< bytes that the trainer holds
  Size peak_bytes = 0;  ///< of the process

  double samples_per_second() const;
  /// Floating-point operations of all layers.
  double flops() const;
  double gflops() const;
  /// In [0, 1] and, where an algorithm needs fewer operations than are counted, above.
  double share_of_peak() const;
};

nlohmann::ordered_json step_json(const StepFigures& figures);

/// Several lines and two tables.
std::string step_text(const StepFigures& figures);

}  // namespace dtheta::cli
