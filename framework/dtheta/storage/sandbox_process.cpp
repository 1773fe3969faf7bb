#include "dtheta/storage/sandbox_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "dtheta/storage/messages.hpp"

namespace dtheta::sandbox {
namespace {

[[noreturn]] void fail_to_start(const std::string& what, int error) {
  throw RuntimeUnusable(
      fmt::format("--sandbox: {}: {}", what, std::generic_category().message(error)));
}

/// A copy of the descriptor that is out of the way of those that the sandbox gets.
Descriptor moved_up(int descriptor) {
  Descriptor copy(::fcntl(descriptor, F_DUPFD_CLOEXEC, file_descriptor + 1));
  if (copy.get() < 0) fail_to_start("no descriptor", errno);
  return copy;
}

/// What a new process has open: nothing but its socket and the file.
class FileActions {
 public:
  FileActions(int socket, int file) {
    ::posix_spawn_file_actions_init(&actions_);
    ::posix_spawn_file_actions_addopen(&actions_, 0, "/dev/null", O_RDWR, 0);
    ::posix_spawn_file_actions_adddup2(&actions_, 0, 1);
    ::posix_spawn_file_actions_adddup2(&actions_, 0, 2);
    ::posix_spawn_file_actions_adddup2(&actions_, socket, socket_descriptor);
    if (file >= 0) ::posix_spawn_file_actions_adddup2(&actions_, file, file_descriptor);
    const int first_unused = file >= 0 ? file_descriptor + 1 : file_descriptor;
    ::posix_spawn_file_actions_addclosefrom_np(&actions_, first_unused);
  }
  ~FileActions() { ::posix_spawn_file_actions_destroy(&actions_); }
  FileActions(const FileActions&) = delete;
  FileActions& operator=(const FileActions&) = delete;
  const posix_spawn_file_actions_t* get() const { return &actions_; }

 private:
  posix_spawn_file_actions_t actions_{};
};

/// A process group of its own: Ctrl-C is for this process, which may still want an answer.
class Attributes {
 public:
  Attributes() {
    ::posix_spawnattr_init(&attributes_);
    ::sigset_t none;
    ::sigemptyset(&none);
    ::posix_spawnattr_setsigmask(&attributes_, &none);
    ::posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
  }
  ~Attributes() { ::posix_spawnattr_destroy(&attributes_); }
  Attributes(const Attributes&) = delete;
  Attributes& operator=(const Attributes&) = delete;
  const posix_spawnattr_t* get() const { return &attributes_; }

 private:
  posix_spawnattr_t attributes_{};
};

/// Nothing of the environment but where libraries lie. OpenBLAS would start threads.
std::vector<std::string> environment() {
  std::vector<std::string> variables{"OPENBLAS_NUM_THREADS=1"};
  if (const char* const path = std::getenv("LD_LIBRARY_PATH")) {
    variables.push_back(std::string("LD_LIBRARY_PATH=") + path);
  }
  return variables;
}

pid_t execute(const std::filesystem::path& program, int socket, int file) {
  std::vector<std::string> variables = environment();
  std::vector<char*> environment;
  for (std::string& variable : variables) environment.push_back(variable.data());
  environment.push_back(nullptr);
  std::string name = "dtheta";
  std::string word = command_word;
  const std::array<char*, 3> arguments{name.data(), word.data(), nullptr};
  pid_t child = -1;
  const FileActions actions(socket, file);
  const int error = ::posix_spawn(&child, program.c_str(), actions.get(), Attributes().get(),
                                  arguments.data(), environment.data());
  if (error != 0) fail_to_start(program.string() + " cannot be executed", error);
  return child;
}

/// The text may tell of a tree in lines; what could steer a terminal is taken out.
std::string tame(std::string text) {
  std::ranges::replace_if(
      text, [](unsigned char c) { return (c < 0x20 && c != '\n') || c == 0x7f; }, '?');
  return text;
}

std::string signal_text(int signal) {
  if (signal == SIGSYS) return "tried what a sandbox may not do";
  return fmt::format("was ended by signal {} ({})", signal, ::strsignal(signal));
}

/// Both ends of a connection.
Sockets connected_pair() {
  std::array<int, 2> pair{-1, -1};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair.data()) != 0) {
    fail_to_start("no pair of sockets", errno);
  }
  return {Descriptor(pair[0]), Descriptor(pair[1])};
}

}  // namespace

Process::Process(const Sandbox& sandbox, int file) : Process(sandbox, file, connected_pair()) {}

Process::Process(const Sandbox& sandbox, int file, Sockets sockets)
    : sandbox_(sandbox),
      socket_(std::move(sockets.ours)),
      channel_(socket_.get(), sandbox.patience) {
  const Descriptor socket = moved_up(sockets.theirs.get());
  const Descriptor content = file < 0 ? Descriptor() : moved_up(file);
  child_ = execute(sandbox.program, socket.get(), content.get());
}

Process::~Process() {
  if (child_ < 0) return;
  ::kill(child_, SIGKILL);
  status_at_end();
}

int Process::status_at_end() {
  int status = 0;
  while (::waitpid(child_, &status, 0) < 0 && errno == EINTR) {
  }
  child_ = -1;
  return status;
}

void Process::confine() { ask(Question::begin, Packer().add(sandbox_.memory_limit).bytes()); }

/// How the sandbox ended, which it is made to if it has not.
std::string Process::ending(bool is_late) {
  if (child_ < 0) return "is gone";
  if (is_late) {
    ::kill(child_, SIGKILL);
    status_at_end();
    return fmt::format("gave no answer within {} s", sandbox_.patience.count());
  }
  // It closed its socket, which it does by ending, unless it means ill.
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(5);
  ::siginfo_t info{};
  while (::waitid(P_PID, static_cast<id_t>(child_), &info, WEXITED | WNOHANG | WNOWAIT) == 0 &&
         info.si_pid == 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  ::kill(child_, SIGKILL);
  const int status = status_at_end();
  if (WIFSIGNALED(status)) return signal_text(WTERMSIG(status));
  return fmt::format("ended with {}", WEXITSTATUS(status));
}

void Process::fail_ended(const Gone& gone) {
  throw WithoutName("the sandbox that reads it " + ending(gone.is_late) +
                    "; is the file damaged, or made to do harm?");
}

void Process::fail(Question question, const Channel::Header& header) {
  constexpr std::uint64_t longest = 1 << 20;
  if (header.size > longest) Unpacker::fail();
  const std::string message = tame(channel_.receive_text(header.size));
  switch (static_cast<Answer>(header.kind)) {
    case Answer::data_error:
      throw DataError(message);
    case Answer::input_output:
      throw InputOutputError(message);
    case Answer::unusable:
      if (question != Question::begin) Unpacker::fail();
      throw RuntimeUnusable(message);
    case Answer::no_memory:
      throw WithoutName(fmt::format("takes more than the {} MiB of memory that its sandbox has",
                                    with_separators(sandbox_.memory_limit >> 20)));
    default:
      Unpacker::fail();
  }
}

/// Asks, and receives what comes before the content of an answer.
Channel::Header Process::exchange(Question question, const std::string& asked) {
  channel_.send(static_cast<std::uint8_t>(question), asked);
  const Channel::Header header = channel_.receive_header();
  if (static_cast<Answer>(header.kind) != Answer::content) fail(question, header);
  return header;
}

std::string Process::ask(Question question, const std::string& asked) {
  constexpr std::uint64_t longest = 1 << 30;
  const std::lock_guard lock(mutex_);
  try {
    const Channel::Header header = exchange(question, asked);
    if (header.size > longest) Unpacker::fail();
    return channel_.receive_text(header.size);
  } catch (const Gone& gone) {
    fail_ended(gone);
  }
}

void Process::ask_into(Question question, const std::string& asked, std::span<std::byte> answer) {
  const std::lock_guard lock(mutex_);
  try {
    if (exchange(question, asked).size != answer.size()) Unpacker::fail();
    channel_.receive(answer);
  } catch (const Gone& gone) {
    fail_ended(gone);
  }
}

}  // namespace dtheta::sandbox
