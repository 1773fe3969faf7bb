/// What the control groups this process runs in let it have.
#pragma once

#include <filesystem>
#include <optional>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// CPU quota ÷ period, in cores, of the tightest control group: the process's own or any above it
/// up to the mounted root, version 1 (cpu.cfs_quota_us) or 2 (cpu.max). Nothing when there is no
/// quota or it cannot be read.
///
/// `root` is where /proc and the cgroup file systems are looked for: "/" but for tests. Safe from
/// any thread.
std::optional<double> cgroup_cpu_quota(const std::filesystem::path& root = "/");

/// Bytes of memory that the tightest control group allows (memory.limit_in_bytes or memory.max), in
/// the same way.
std::optional<Size> cgroup_memory_limit(const std::filesystem::path& root = "/");

}  // namespace dtheta
