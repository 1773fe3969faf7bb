#include "dtheta/core/machine.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <utility>

#include <sched.h>
#include <unistd.h>

#include "dtheta/core/cgroup.hpp"

namespace dtheta {
namespace {

std::string cpu_name() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) {
      return line.substr(colon + 2);
    }
  }
  return Machine{}.cpu;
}

/// The kernel refuses a mask shorter than its own, whose length it does not tell: grow until taken.
int affinity_cores() {
  constexpr std::size_t most_cpus = std::size_t{1} << 20;
  constexpr std::size_t bits = 8 * sizeof(cpu_set_t);
  for (std::size_t sets = 1; sets * bits <= most_cpus; sets *= 2) {
    std::vector<cpu_set_t> mask(sets);
    if (sched_getaffinity(0, sets * sizeof(cpu_set_t), mask.data()) == 0) {
      return CPU_COUNT_S(sets * sizeof(cpu_set_t), mask.data());
    }
  }
  return 1;
}

}  // namespace

std::vector<std::string> usable_vector_sets() {
  std::vector<std::string> usable;
#if defined(__x86_64__)
  // The builtin also asks the operating system (XCR0) whether it saves the registers.
  const std::pair<const char*, int> sets[] = {
      {"avx", __builtin_cpu_supports("avx")},
      {"avx2", __builtin_cpu_supports("avx2")},
      {"fma", __builtin_cpu_supports("fma")},
      {"avx512f", __builtin_cpu_supports("avx512f")},
      {"avx512dq", __builtin_cpu_supports("avx512dq")},
      {"avx512bw", __builtin_cpu_supports("avx512bw")},
      {"avx512vl", __builtin_cpu_supports("avx512vl")},
      {"avx512vnni", __builtin_cpu_supports("avx512vnni")},
      {"avx512bf16", __builtin_cpu_supports("avx512bf16")},
  };
  for (const auto& [name, is_supported] : sets) {
    if (is_supported != 0) usable.emplace_back(name);
  }
#endif
  return usable;
}

Machine inspect_machine() {
  return {.cpu = cpu_name(),
          .vector_sets = usable_vector_sets(),
          .online_cores = std::max(1, static_cast<int>(sysconf(_SC_NPROCESSORS_ONLN))),
          .affinity_cores = std::max(1, affinity_cores()),
          .cgroup_cores = cgroup_cpu_quota()};
}

int usable_threads(const Machine& machine) {
  const double affinity = machine.affinity_cores;
  const double quota = std::ceil(machine.cgroup_cores.value_or(affinity));
  return static_cast<int>(std::max(1.0, std::min(affinity, quota)));
}

Size usable_memory() {
  const Size whole = std::max<Size>(0, sysconf(_SC_PHYS_PAGES)) * sysconf(_SC_PAGESIZE);
  return std::min(whole, cgroup_memory_limit().value_or(whole));
}

}  // namespace dtheta
