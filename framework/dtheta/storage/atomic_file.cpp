#include "dtheta/storage/atomic_file.hpp"

#include <algorithm>
#include <cerrno>
#include <random>
#include <string>
#include <system_error>
#include <tuple>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

namespace fs = std::filesystem;

std::string reason(int error) { return std::generic_category().message(error); }

/// The file that `path` stands for, which need not exist: links are followed by hand because
/// fs::canonical wants every part to exist.
fs::path resolve_links(const fs::path& path) {
  constexpr int max_links = 40;  // Linux' own limit
  fs::path target = path;
  std::error_code ignored;
  for (int i = 0; i < max_links && fs::is_symlink(target, ignored); ++i) {
    target = target.parent_path() / fs::read_symlink(target, ignored);
  }
  return target;
}

fs::path folder_of(const fs::path& file) {
  return file.has_parent_path() ? file.parent_path() : fs::path(".");
}

constexpr std::string_view temporary_prefix = ".dtheta-";
constexpr std::string_view temporary_suffix = ".tmp";

/// A name that nobody else picks; not derived from the target's, which may be as long as names go.
std::string temporary_name() {
  std::random_device random;
  return fmt::format("{}{:08x}{:08x}{}", temporary_prefix, random(), random(), temporary_suffix);
}

/// Opens a new file in `folder` with the permissions that the umask leaves. Returns its descriptor
/// and path, or −1 with errno set. A lock, where the file system has them, tells
/// `remove_abandoned` that the file is in use.
std::pair<int, fs::path> create_temporary(const fs::path& folder) {
  for (;;) {
    fs::path path = folder / temporary_name();
    const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) ::flock(descriptor, LOCK_EX | LOCK_NB);
    if (descriptor >= 0 || errno != EEXIST) return {descriptor, std::move(path)};
  }
}

void remove_if_abandoned(const fs::path& temporary) {
  const int descriptor = ::open(temporary.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
  if (descriptor < 0) return;
  if (::flock(descriptor, LOCK_EX | LOCK_NB) == 0) ::unlink(temporary.c_str());
  ::close(descriptor);
}

}  // namespace

AtomicFile::AtomicFile(const fs::path& path) : path_(path), target_(resolve_links(path)) {
  if (!target_.has_filename()) {
    throw CannotCreate(fmt::format("'{}' names no file", path_.string()));
  }
  struct ::stat old {};
  const bool replaces = ::stat(target_.c_str(), &old) == 0;
  if (!replaces && errno != ENOENT) {
    throw CannotCreate(fmt::format("{}: cannot be created: {}", path_.string(), reason(errno)));
  }
  if (replaces && !S_ISREG(old.st_mode)) {
    throw CannotCreate(fmt::format("{}: is {}; wanted the name of a file", path_.string(),
                                   S_ISDIR(old.st_mode) ? "a folder" : "not a regular file"));
  }
  if (replaces && ::access(target_.c_str(), W_OK) != 0) {
    throw CannotCreate(
        fmt::format("{}: the file there is write-protected: {}", path_.string(), reason(errno)));
  }
  const fs::path folder = folder_of(target_);
  std::tie(descriptor_, temporary_) = create_temporary(folder);
  if (descriptor_ < 0) {
    const int error = errno;
    throw CannotCreate(fmt::format("{}: no file can be created in the folder '{}': {}",
                                   path_.string(), folder.string(), reason(error)));
  }
  if (replaces) {
    // Best effort: a file system without permissions refuses, and the umask's are then right.
    [[maybe_unused]] const int kept = ::fchmod(descriptor_, old.st_mode & 07777);
  }
}

AtomicFile::~AtomicFile() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(temporary_.c_str());
}

void AtomicFile::write(Size offset, std::span<const std::byte> content) {
  while (!content.empty()) {
    const auto written = ::pwrite(descriptor_, content.data(), content.size(), offset);
    if (written < 0) {
      if (errno == EINTR) continue;
      throw InputOutputError(fmt::format("{}: writing failed: {}", path_.string(), reason(errno)));
    }
    content = content.subspan(static_cast<std::size_t>(written));
    offset += written;
  }
}

void AtomicFile::read(Size offset, std::span<std::byte> content) const {
  while (!content.empty()) {
    const auto got = ::pread(descriptor_, content.data(), content.size(), offset);
    if (got < 0) {
      if (errno == EINTR) continue;
      throw InputOutputError(
          fmt::format("{}: reading back failed: {}", path_.string(), reason(errno)));
    }
    if (got == 0) {
      std::ranges::fill(content, std::byte{0});
      return;
    }
    content = content.subspan(static_cast<std::size_t>(got));
    offset += got;
  }
}

void AtomicFile::commit() {
  if (::fsync(descriptor_) != 0) {
    throw InputOutputError(fmt::format("{}: writing failed: {}", path_.string(), reason(errno)));
  }
  if (::rename(temporary_.c_str(), target_.c_str()) != 0) {
    throw CannotCreate(
        fmt::format("{}: cannot be put in place: {}", path_.string(), reason(errno)));
  }
  ::close(std::exchange(descriptor_, -1));
  if (!sync_folder(folder_of(target_))) {
    throw InputOutputError(fmt::format("{}: is written, but its folder cannot be made durable: {}",
                                       path_.string(), reason(errno)));
  }
}

bool sync_folder(const fs::path& folder) {
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool synced = ::fsync(descriptor) == 0 || errno == EINVAL;
  const int error = errno;
  ::close(descriptor);
  errno = error;
  return synced;
}

void write_atomically(const fs::path& path, std::span<const std::byte> content) {
  AtomicFile file(path);
  file.write(0, content);
  file.commit();
}

void check_can_create(const fs::path& path) { const AtomicFile probe(path); }

void remove_abandoned(const fs::path& folder) {
  std::error_code error;
  for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
       entry.increment(error)) {
    const std::string name = entry->path().filename().string();
    if (name.starts_with(temporary_prefix) && name.ends_with(temporary_suffix)) {
      remove_if_abandoned(entry->path());
    }
  }
}

}  // namespace dtheta
