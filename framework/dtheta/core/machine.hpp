/// Machine: what this process may use of the computer it runs on.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace dtheta {

/// Facts about CPU and limits, read once. A value.
struct Machine {
  std::string cpu;                       ///< the model's name as the kernel tells it
  std::vector<std::string> vector_sets;  ///< those of avx, avx2, fma, avx512f, ... that can be used
  int online_cores = 1;                  ///< of the whole computer
  int affinity_cores = 1;                ///< those this process may be scheduled on
  std::optional<double> cgroup_cores;    ///< CPU quota ÷ period of the tightest cgroup, v1 or v2
};

/// Reads the machine's facts. What cannot be read keeps its default. Safe from any thread.
Machine inspect_machine();

/// How many threads can really run at once: the cores of the affinity mask, no more than the
/// cgroup's quota rounded up; at least 1.
int usable_threads(const Machine& machine);

}  // namespace dtheta
