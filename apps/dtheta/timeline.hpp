/// Timeline: what each thread did in a few steps, as a picture.
#pragma once

#include <string>
#include <vector>

#include "dtheta/benchmark/step_benchmark.hpp"

namespace dtheta::cli {

/// An SVG picture of the last `steps` steps of the log: a row a thread, a bar for each shard's
/// gather, forward, loss and backward and for what is prepared and updated, with a strip of layers
/// under it; what is blank is waiting. Each bar tells what it is when it is pointed at. `layers`
/// are the names of the network's nodes.
std::string timeline_svg(const StepLog& log, const std::vector<std::string>& layers,
                         const std::string& title, Size steps = 3);

}  // namespace dtheta::cli
