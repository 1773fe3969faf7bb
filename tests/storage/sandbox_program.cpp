/// A program for sandboxes. Reads HDF5 files as it should; in place of a file that begins with
/// "offend: " it does what a sandbox that has fallen to a file might do.
#include <csignal>
#include <cstdlib>
#include <string>
#include <vector>

#include <fcntl.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "dtheta/storage/confinement.hpp"
#include "dtheta/storage/sandbox.hpp"
#include "dtheta/storage/sandbox_channel.hpp"

namespace {

using namespace dtheta;
using namespace dtheta::sandbox;

void answer(Channel& channel, Answer kind, const Packer& content) {
  channel.send(static_cast<std::uint8_t>(kind), content.bytes());
}

void take_question(Channel& channel) { channel.receive_text(channel.receive_header().size); }

/// Answers as if the file were good, until open is asked for, and then with `content`.
void answer_open_with(Channel& channel, const Packer& content) {
  take_question(channel);
  answer(channel, Answer::content, Packer());
  take_question(channel);
  answer(channel, Answer::content, content);
}

void allocate_for_ever(Channel& channel) {
  take_question(channel);
  std::vector<void*> blocks;
  for (;;) {
    void* const block = std::malloc(16 << 20);
    if (block == nullptr) break;
    blocks.push_back(block);
  }
  answer(channel, Answer::no_memory, Packer());
  for (void* block : blocks) std::free(block);
}

[[noreturn]] void hang() {
  for (volatile int forever = 1; forever == 1;) {
  }
  std::_Exit(0);
}

void crash() {
  volatile int* volatile nowhere = nullptr;
  *nowhere = 1;
}

void execute() {
  char name[] = "true";
  char* arguments[] = {name, nullptr};
  ::execve("/bin/true", arguments, nullptr);
}

void offend(const std::string& offence, Channel& channel) {
  if (offence == "open") ::open("/etc/hostname", O_RDONLY);
  if (offence == "socket") ::socket(AF_INET, SOCK_STREAM, 0);
  if (offence == "execute") execute();
  if (offence == "code")
    ::mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (offence == "kill") ::kill(::getppid(), 0);
  if (offence == "crash") crash();
  if (offence == "abort") std::abort();
  if (offence == "hang") hang();
  if (offence == "memory") allocate_for_ever(channel);
  if (offence == "unknown answer") {
    take_question(channel);
    channel.send(200, std::string());
  }
  if (offence == "long message") {
    take_question(channel);
    answer(channel, Answer::data_error, Packer().add(std::string(2 << 20, 'x')));
  }
  if (offence == "steering message") {
    take_question(channel);
    channel.send(static_cast<std::uint8_t>(Answer::data_error), std::string("\x1b[2Jx\ny"));
  }
  if (offence == "short answer") answer_open_with(channel, Packer().add(std::uint8_t{0}));
  if (offence == "too much of an answer") {
    answer_open_with(channel, Packer().add(std::uint8_t{0}).add(1).add(Size{5}).add(Size{5}));
  }
  if (offence == "unknown type") {
    answer_open_with(channel, Packer().add(std::uint8_t{99}).add(1).add(Size{5}));
  }
  if (offence == "huge array") {
    answer_open_with(channel, Packer().add(std::uint8_t{0}).add(1).add(Size{1} << 50));
  }
  if (offence == "negative array") {
    answer_open_with(channel, Packer().add(std::uint8_t{0}).add(1).add(Size{-5}));
  }
}

/// As if the system had no filters.
void refuse_filters() {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  seccomp_rule_add(filter, SCMP_ACT_ERRNO(22), SCMP_SYS(seccomp), 0);
  seccomp_load(filter);
  seccomp_release(filter);
}

}  // namespace

int main(int argc, char** argv) {
  std::string head(64, '\0');
  const auto got = ::pread(file_descriptor, head.data(), head.size(), 0);
  head.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  constexpr std::string_view mark = "offend: ";
  if (!head.starts_with(mark)) {
    serve_sandbox(argc, argv);
    return 2;
  }
  const std::string offence = head.substr(mark.size());
  if (offence == "unfiltered") {
    refuse_filters();
    serve_sandbox(argc, argv);
  }
  Channel channel(socket_descriptor, std::nullopt);
  take_question(channel);
  confine_process(Size{256} << 20);
  answer(channel, Answer::content, Packer());
  offend(offence, channel);
  std::_Exit(3);
}
