/// Sandbox: another process that reads HDF5 files for this one.
///
/// The HDF5 library has faults that a made-up file can use. In a sandbox they harm a process that
/// can do nothing but read that one file and answer: no other system call, no more memory than it
/// is given. The program is executed anew rather than forked, so that it has none of this process's
/// memory, threads and open files, and so that it can be started at any time, from any thread.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// How HDF5 files are read in a process of their own. A value.
struct Sandbox {
  /// What is executed; its main() begins with `serve_sandbox`. The default is this program.
  std::filesystem::path program = "/proc/self/exe";
  Size memory_limit = Size{2} << 30;   ///< bytes of address space beyond what it starts with
  std::chrono::seconds patience{120};  ///< for one answer, of at most 64 MiB
};

/// For the first line of main() in a program that a Sandbox may execute: if it was executed as
/// such, answers questions about the file until there are none, and ends the process; else does
/// nothing.
void serve_sandbox(int argc, const char* const* argv);

/// Why there is no sandbox to be had here; none when there is. Executes the program to find out.
std::optional<std::string> sandbox_problem(const Sandbox& sandbox);

/// Of libseccomp, which builds the filter for system calls: "2.5.4".
std::string libseccomp_version();

}  // namespace dtheta
