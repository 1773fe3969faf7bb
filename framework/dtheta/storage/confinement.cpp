#include "dtheta/storage/confinement.hpp"

#include <cerrno>
#include <csignal>
#include <fstream>
#include <initializer_list>
#include <memory>
#include <string>
#include <system_error>

#include <fmt/format.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/sandbox.hpp"

namespace dtheta {
namespace {

[[noreturn]] void fail(const char* what, int error) {
  throw RuntimeUnusable(
      fmt::format("there is no sandbox to be had on this system: {}: {}; without --sandbox files "
                  "are read by this process",
                  what, std::generic_category().message(error)));
}

/// The filter while it is put together.
class Filter {
 public:
  Filter() : filter_(seccomp_init(SCMP_ACT_KILL_PROCESS)) {
    if (!filter_) fail("no filter for system calls", ENOSYS);
  }

  void allow(int call) { add(call, {}); }
  /// Only with that value of its first argument.
  void allow_for(int call, scmp_datum_t first) { add(call, {{0, SCMP_CMP_EQ, first, 0}}); }
  /// Only where none of the bits is set in its argument of that number.
  void allow_without(int call, unsigned argument, scmp_datum_t bits) {
    add(call, {{argument, SCMP_CMP_MASKED_EQ, bits, 0}});
  }

  /// For all threads.
  void load() {
    int error = seccomp_attr_set(filter_.get(), SCMP_FLTATR_CTL_TSYNC, 1);
    if (error == 0) error = seccomp_load(filter_.get());
    if (error != 0) fail("the filter for system calls is refused", -error);
  }

 private:
  struct Release {
    void operator()(void* filter) const { seccomp_release(filter); }
  };

  void add(int call, std::initializer_list<scmp_arg_cmp> conditions) {
    const int error =
        seccomp_rule_add_array(filter_.get(), SCMP_ACT_ALLOW, call,
                               static_cast<unsigned>(conditions.size()), conditions.begin());
    if (error != 0) fail("a rule for system calls", -error);
  }

  std::unique_ptr<void, Release> filter_;
};

/// The bytes of address space in use.
Size address_space() {
  std::ifstream file("/proc/self/statm");
  Size pages = 0;
  if (!(file >> pages)) fail("/proc/self/statm", EIO);
  return pages * ::sysconf(_SC_PAGESIZE);
}

void limit(decltype(RLIMIT_AS) resource, Size most) {
  const struct ::rlimit limits {
    static_cast<rlim_t>(most), static_cast<rlim_t>(most)
  };
  if (::setrlimit(resource, &limits) != 0) fail("a limit", errno);
}

}  // namespace

void confine_process(Size memory_limit) {
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  ::prctl(PR_SET_DUMPABLE, 0);
  Filter filter;
  for (const int call :
       {SCMP_SYS(read),         SCMP_SYS(pread64),   SCMP_SYS(lseek),     SCMP_SYS(close),
        SCMP_SYS(write),        SCMP_SYS(sendto),    SCMP_SYS(recvfrom),  SCMP_SYS(poll),
        SCMP_SYS(munmap),       SCMP_SYS(mremap),    SCMP_SYS(madvise),   SCMP_SYS(brk),
        SCMP_SYS(futex),        SCMP_SYS(getrandom), SCMP_SYS(sysinfo),   SCMP_SYS(clock_gettime),
        SCMP_SYS(gettimeofday), SCMP_SYS(getpid),    SCMP_SYS(gettid),    SCMP_SYS(rt_sigprocmask),
        SCMP_SYS(rt_sigreturn), SCMP_SYS(exit),      SCMP_SYS(exit_group)}) {
    filter.allow(call);
  }
  // abort(), by which the C library ends a process whose memory is damaged
  filter.allow(SCMP_SYS(rt_sigaction));
  filter.allow_for(SCMP_SYS(tgkill), static_cast<scmp_datum_t>(::getpid()));
  filter.allow_without(SCMP_SYS(mmap), 2, PROT_EXEC);
  filter.allow_without(SCMP_SYS(mprotect), 2, PROT_EXEC);
  limit(RLIMIT_CORE, 0);
  limit(RLIMIT_AS, address_space() + memory_limit);
  filter.load();
}

std::string libseccomp_version() {
  const scmp_version& found = *::seccomp_version();
  return fmt::format("{}.{}.{}", found.major, found.minor, found.micro);
}

}  // namespace dtheta
