/// Runs a program as a user does, for tests.
#pragma once

#include <cerrno>
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

/// Runs words[0], a path, with the other words as its arguments, and waits for its end. Neither of
/// its outputs is a terminal.
inline ProgramResult run_program(const std::vector<std::string>& words,
                                 const ProgramSetting& setting = {}) {
  const TemporaryFolder folder;
  const std::string out = folder / "out";
  const std::string err = folder / "err";
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("cannot fork");
  if (child == 0) program_detail::become(words, setting, out, err);
  int status = 0;
  while (::waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) throw std::runtime_error("cannot wait");
  }
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {.exit_code = code, .out = read_file(out), .err = read_file(err)};
}

}  // namespace dtheta::test
