#include "storage/system_calls.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstddef>

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace dtheta::test {
namespace {

/// What the functions below, which C calls, know of the test.
struct Plan {
  bool is_on = false;
  Fault fault = Fault::none;
  int at = 0;
  int error = 0;
  std::vector<std::string> calls;
};

Plan plan;

/// Whether the call that is about to be made, and is noted now, is the one.
bool is_the_one(const char* name) {
  const int index = static_cast<int>(plan.calls.size());
  plan.calls.emplace_back(name);
  if (plan.fault == Fault::fail && index > plan.at) {
    return plan.calls[static_cast<std::size_t>(plan.at)] == name;
  }
  return index == plan.at;
}

[[noreturn]] void die() {
  ::kill(::getpid(), SIGKILL);
  for (;;) ::pause();
}

/// The C library's own function of that name.
template <class F>
F* original(const char* name) {
  return reinterpret_cast<F*>(::dlsym(RTLD_NEXT, name));
}

/// Makes the call, or does to it what the plan says; `failure` is what it returns when it fails.
template <class Call, class Result = decltype(std::declval<Call>()())>
Result disturbed(const char* name, Result failure, Call call) {
  if (!plan.is_on || !is_the_one(name)) return call();
  switch (plan.fault) {
    case Fault::kill_before:
    case Fault::kill_half:
      die();
    case Fault::fail:
    case Fault::fail_once:
      errno = plan.error;
      return failure;
    case Fault::kill_after:
      call();
      die();
    case Fault::none:
    case Fault::half:
      break;
  }
  return call();
}

/// The same for calls that transfer `size` bytes: call(bytes).
template <class Call>
ssize_t disturbed_transfer(const char* name, std::size_t size, Call call) {
  const bool halves = plan.fault == Fault::half || plan.fault == Fault::kill_half;
  if (!plan.is_on || !halves) return disturbed(name, ssize_t{-1}, [&] { return call(size); });
  if (!is_the_one(name)) return call(size);
  const ssize_t done = call((size + 1) / 2);
  if (plan.fault == Fault::kill_half) die();
  return done;
}

}  // namespace

SystemCalls::SystemCalls(Fault fault, int at, int error) {
  plan = {.is_on = true, .fault = fault, .at = at, .error = error, .calls = {}};
}

SystemCalls::~SystemCalls() { plan.is_on = false; }

const std::vector<std::string>& SystemCalls::calls() { return plan.calls; }

}  // namespace dtheta::test

using dtheta::test::disturbed;
using dtheta::test::disturbed_transfer;
using dtheta::test::original;

extern "C" {

int open(const char* path, int flags, ...) {
  mode_t mode = 0;
  if ((flags & O_CREAT) != 0) {
    va_list arguments;
    va_start(arguments, flags);
    mode = va_arg(arguments, mode_t);
    va_end(arguments);
  }
  static auto* const real = original<int(const char*, int, ...)>("open");
  return disturbed("open", -1, [&] { return real(path, flags, mode); });
}

int close(int descriptor) {
  static auto* const real = original<int(int)>("close");
  const int result = disturbed("close", -1, [&] { return real(descriptor); });
  const int error = errno;
  if (result != 0) real(descriptor);  // Linux gives the descriptor free even when it fails
  errno = error;
  return result;
}

ssize_t pwrite(int descriptor, const void* bytes, size_t size, off_t offset) {
  static auto* const real = original<ssize_t(int, const void*, size_t, off_t)>("pwrite");
  return disturbed_transfer("pwrite", size,
                            [&](size_t n) { return real(descriptor, bytes, n, offset); });
}

ssize_t read(int descriptor, void* bytes, size_t size) {
  static auto* const real = original<ssize_t(int, void*, size_t)>("read");
  return disturbed_transfer("read", size, [&](size_t n) { return real(descriptor, bytes, n); });
}

int fsync(int descriptor) {
  static auto* const real = original<int(int)>("fsync");
  return disturbed("fsync", -1, [&] { return real(descriptor); });
}

int rename(const char* from, const char* to) {
  static auto* const real = original<int(const char*, const char*)>("rename");
  return disturbed("rename", -1, [&] { return real(from, to); });
}

int unlink(const char* path) {
  static auto* const real = original<int(const char*)>("unlink");
  return disturbed("unlink", -1, [&] { return real(path); });
}

int mkdir(const char* path, mode_t mode) {
  static auto* const real = original<int(const char*, mode_t)>("mkdir");
  return disturbed("mkdir", -1, [&] { return real(path, mode); });
}

int stat(const char* path, struct stat* status) {
  static auto* const real = original<int(const char*, struct stat*)>("stat");
  return disturbed("stat", -1, [&] { return real(path, status); });
}

int access(const char* path, int mode) {
  static auto* const real = original<int(const char*, int)>("access");
  return disturbed("access", -1, [&] { return real(path, mode); });
}

int fchmod(int descriptor, mode_t mode) {
  static auto* const real = original<int(int, mode_t)>("fchmod");
  return disturbed("fchmod", -1, [&] { return real(descriptor, mode); });
}

int flock(int descriptor, int operation) {
  static auto* const real = original<int(int, int)>("flock");
  return disturbed("flock", -1, [&] { return real(descriptor, operation); });
}

DIR* opendir(const char* path) {
  static auto* const real = original<DIR*(const char*)>("opendir");
  return disturbed("opendir", static_cast<DIR*>(nullptr), [&] { return real(path); });
}
}  // extern "C"
