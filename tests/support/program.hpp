/// Runs a program as a user does, for tests.
#pragma once

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temporary_folder.hpp"

namespace dtheta::test {

/// What a program left behind.
struct ProgramResult {
  int exit_code = -1;  ///< 128 + the signal's number when one ended it, as a shell tells it
  std::string out;
  std::string err;
};

/// How a program is started.
struct ProgramSetting {
  std::filesystem::path folder = ".";  ///< where it runs
  std::vector<std::pair<std::string, std::string>> variables =
      {};  ///< set on top of the environment
};

namespace program_detail {

/// In the child: never returns.
[[noreturn]] inline void become(const std::vector<std::string>& words,
                                const ProgramSetting& setting, const std::string& out,
                                const std::string& err) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  const int out_file = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  const int err_file = ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
  for (const auto& [name, value] : setting.variables) ::setenv(name.c_str(), value.c_str(), 1);
  if (out_file < 0 || err_file < 0 || ::chdir(setting.folder.c_str()) != 0 ||
      ::dup2(out_file, STDOUT_FILENO) < 0 || ::dup2(err_file, STDERR_FILENO) < 0) {
    std::_Exit(126);
  }
  ::execv(arguments[0], arguments.data());
  std::_Exit(127);
}

}  // namespace program_detail

/// A program that has been started. Killed, if need be, at the end of its object.
class RunningProgram {
 public:
  /// Starts words[0], a path, with the other words as its arguments. Neither of its outputs is a
  /// terminal.
  explicit RunningProgram(const std::vector<std::string>& words,
                          const ProgramSetting& setting = {}) {
    child_ = ::fork();
    if (child_ < 0) throw std::runtime_error("cannot fork");
    if (child_ == 0) program_detail::become(words, setting, folder_ / "out", folder_ / "err");
  }
  ~RunningProgram() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }
  RunningProgram(const RunningProgram&) = delete;
  RunningProgram& operator=(const RunningProgram&) = delete;

  void send(int signal) const { ::kill(child_, signal); }

  /// What it has written to its standard error so far.
  std::string err() const {
    return std::filesystem::exists(folder_ / "err") ? read_file(folder_ / "err") : "";
  }

  /// Waits for its end. Once.
  ProgramResult wait() {
    int status = 0;
    while (::waitpid(child_, &status, 0) < 0) {
      if (errno != EINTR) throw std::runtime_error("cannot wait");
    }
    child_ = 0;
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return {.exit_code = code, .out = read_file(folder_ / "out"), .err = err()};
  }

 private:
  TemporaryFolder folder_;
  pid_t child_ = 0;
};

/// Runs a program to its end.
inline ProgramResult run_program(const std::vector<std::string>& words,
                                 const ProgramSetting& setting = {}) {
  return RunningProgram(words, setting).wait();
}

}  // namespace dtheta::test
