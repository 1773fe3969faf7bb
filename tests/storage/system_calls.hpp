/// System calls that go wrong, for tests.
///
/// A program with system_calls.cpp in it has its own open, write, fsync, rename and their like,
/// which everything in the process calls: they count and, when told so, fail or end the process.
#pragma once

#include <string>
#include <vector>

namespace dtheta::test {

/// What happens at one of the calls.
enum class Fault {
  none,
  kill_before,  ///< SIGKILL before it does anything
  kill_half,    ///< SIGKILL after it did half of it: writing; others: as kill_before
  kill_after,   ///< SIGKILL when it is done
  fail,         ///< it does nothing and says `error`
  fail_once,    ///< the same; for EINTR, after which callers try again
  half,  ///< writing and reading: half of it is done, and it says so; others: nothing happens
};

/// Counts and disturbs the calls of this process while it lives. One at a time, in one thread.
class SystemCalls {
 public:
  /// `at`: the number of the call, from 0, that goes wrong; for `fail` also every later one of the
  /// same name, as a disk stays full.
  SystemCalls(Fault fault, int at, int error = 0);
  ~SystemCalls();
  SystemCalls(const SystemCalls&) = delete;
  SystemCalls& operator=(const SystemCalls&) = delete;

  /// The names of the calls so far.
  static const std::vector<std::string>& calls();
};

}  // namespace dtheta::test
