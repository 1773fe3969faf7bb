/// Confinement: what a process may still do before it reads what it does not trust.
#pragma once

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// From here on this process, with all its threads, may read and write what it has open, manage
/// memory and end; any other system call kills it (SIGSYS). It gets `memory_limit` bytes of address
/// space beyond what it has now, leaves no core file, and ends with its parent. Cannot be undone.
/// Throws RuntimeUnusable when the system has no such filters (seccomp).
void confine_process(Size memory_limit);

}  // namespace dtheta
