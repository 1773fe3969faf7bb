/// Machine: what this process may use of the computer it runs on.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// Facts about CPU and limits, read once. A value.
struct Machine {
  /// The model's name as the kernel tells it.
  std::string cpu = "unknown";
  /// Those of avx, avx2, fma, avx512f, ... that can be used.
  std::vector<std::string> vector_sets = {};
  /// Cores of the whole computer.
  int online_cores = 1;
  /// Cores that this process may be scheduled on.
  int affinity_cores = 1;
  /// CPU quota ÷ period of the tightest control group, if any: see cgroup_cpu_quota.
  std::optional<double> cgroup_cores = {};
};

/// The vector instruction sets of `Machine::vector_sets`: the CPU has them and the operating system
/// saves their registers. Empty on other architectures than x86-64. Safe from any thread.
std::vector<std::string> usable_vector_sets();

/// Reads the machine's facts. What cannot be read keeps its default. Safe from any thread.
Machine inspect_machine();

/// How many threads can really run at once: the cores of the affinity mask, no more than the
/// cgroup's quota rounded up; at least 1.
int usable_threads(const Machine& machine);

/// Bytes of memory that there are for this process: the computer's, no more than its control groups
/// allow; 0 where the computer does not tell. Safe from any thread.
Size usable_memory();

}  // namespace dtheta
