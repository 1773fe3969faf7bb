#include "dtheta/storage/descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

[[noreturn]] void fail(const std::filesystem::path& path, const std::string& why) {
  throw InputOutputError(fmt::format("{}: {}", path.string(), why));
}

}  // namespace

Descriptor::~Descriptor() {
  if (value_ >= 0) ::close(value_);
}

Descriptor open_to_read(const std::filesystem::path& path) {
  Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct ::stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    fail(path, "cannot be opened: " + std::generic_category().message(errno));
  }
  if (!S_ISREG(status.st_mode)) {
    fail(path, S_ISDIR(status.st_mode) ? "is a folder; wanted a file"
                                       : "is not a regular file; wanted a file");
  }
  // As HDF5 does, whose writers lock.
  if (::flock(file.get(), LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    fail(path, "is being written by another program; wait for its end");
  }
  return file;
}

Size size_of(int file) {
  return std::max<Size>(::lseek(file, 0, SEEK_END), 0);  // what a sandbox may do, too
}

}  // namespace dtheta
