/// A sandbox while it runs.
#pragma once

#include <mutex>
#include <span>
#include <string>

#include <sys/types.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/descriptor.hpp"
#include "dtheta/storage/sandbox.hpp"
#include "dtheta/storage/sandbox_channel.hpp"

namespace dtheta::sandbox {

/// Two that are connected.
struct Sockets {
  Descriptor ours;
  Descriptor theirs;
};

/// The other process; ends with this object. Safe from any thread: one question at a time.
class Process {
 public:
  /// Executes the program. The sandbox reads the open `file`; -1 for none. Throws RuntimeUnusable
  /// when it cannot be executed.
  Process(const Sandbox& sandbox, int file);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  /// Takes its freedom from it: the first thing to ask. Throws RuntimeUnusable when the system has
  /// no means to.
  void confine();

  /// The answer to a question. Throws what the sandbox says, and DataError when it is gone, telling
  /// how it ended.
  std::string ask(Question question, const std::string& asked);
  /// The same for an answer that must be of the length of `answer`.
  void ask_into(Question question, const std::string& asked, std::span<std::byte> answer);

 private:
  Process(const Sandbox& sandbox, int file, Sockets sockets);
  Channel::Header exchange(Question question, const std::string& asked);
  [[noreturn]] void fail(Question question, const Channel::Header& header);
  [[noreturn]] void fail_ended(const Gone& gone);
  std::string ending(bool is_late);
  int status_at_end();

  Sandbox sandbox_;
  std::mutex mutex_;
  Descriptor socket_;
  pid_t child_ = -1;
  Channel channel_;
};

}  // namespace dtheta::sandbox
