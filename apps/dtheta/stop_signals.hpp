/// Signals: how a person or a scheduler asks a training to stop, or to leave a checkpoint.
#pragma once

#include <array>
#include <csignal>
#include <string_view>

namespace dtheta::cli {

/// While it lives, SIGINT and SIGTERM are noted instead of ending the process; a second one of them
/// ends it at once. SIGUSR1 is noted. A signal that the process was started to ignore stays
/// ignored. One at a time in a process; signals may arrive on any thread.
class SignalWatch {
 public:
  SignalWatch();
  /// The signals do what they did before.
  ~SignalWatch();
  SignalWatch(const SignalWatch&) = delete;
  SignalWatch& operator=(const SignalWatch&) = delete;

  /// "SIGINT" or "SIGTERM" once one has come; empty before.
  std::string_view stop() const;
  /// Whether SIGUSR1 has come since the last call.
  bool take_request();

 private:
  std::array<struct sigaction, 3> before_{};
};

}  // namespace dtheta::cli
