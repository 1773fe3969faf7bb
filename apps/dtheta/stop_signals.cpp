#include "stop_signals.hpp"

namespace dtheta::cli {
namespace {

constexpr std::array watched{SIGINT, SIGTERM, SIGUSR1};

// A handler is given nothing but the signal's number, so what it notes has to be reachable from
// everywhere: the one place where that cannot be helped.
volatile std::sig_atomic_t stop_signal = 0;
volatile std::sig_atomic_t is_requested = 0;

extern "C" void note_stop(int signal) {
  stop_signal = signal;
  std::signal(SIGINT, SIG_DFL);
  std::signal(SIGTERM, SIG_DFL);
}

extern "C" void note_request(int) { is_requested = 1; }

}  // namespace

SignalWatch::SignalWatch() {
  stop_signal = 0;
  is_requested = 0;
  for (std::size_t i = 0; i < watched.size(); ++i) {
    ::sigaction(watched[i], nullptr, &before_[i]);
    if (before_[i].sa_handler == SIG_IGN) continue;
    struct sigaction noted {};
    noted.sa_handler = watched[i] == SIGUSR1 ? &note_request : &note_stop;
    noted.sa_flags = SA_RESTART;
    ::sigaction(watched[i], &noted, nullptr);
  }
}

SignalWatch::~SignalWatch() {
  for (std::size_t i = 0; i < watched.size(); ++i) ::sigaction(watched[i], &before_[i], nullptr);
}

std::string_view SignalWatch::stop() const {
  if (stop_signal == 0) return "";
  return stop_signal == SIGINT ? "SIGINT" : "SIGTERM";
}

bool SignalWatch::take_request() {
  if (is_requested == 0) return false;
  is_requested = 0;
  return true;
}

}  // namespace dtheta::cli
