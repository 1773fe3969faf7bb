#include "dtheta/storage/checkpoint_seal.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/messages.hpp"
#include "dtheta/storage/sha256.hpp"

namespace dtheta {
namespace {

constexpr std::string_view magic = "dtheta checkpoint\n";

std::string seal_text(Size bytes, const std::string& sha256) {
  std::string seal = fmt::format("{}bytes {}\nsha256 {}\n", magic, bytes, sha256);
  seal.resize(static_cast<std::size_t>(seal_size), '\0');
  return seal;
}

/// A file that is read once, from its beginning.
class Source {
 public:
  explicit Source(const std::filesystem::path& path)
      : path_(path), descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (descriptor_ < 0) fail("cannot be opened");
  }
  ~Source() { ::close(descriptor_); }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;

  /// Fills `buffer`; returns how many bytes there were, fewer only at the end.
  std::size_t read(std::span<std::byte> buffer) const {
    std::size_t done = 0;
    while (done < buffer.size()) {
      const auto got = ::read(descriptor_, buffer.data() + done, buffer.size() - done);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) fail("cannot be read");
      if (got == 0) break;
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

 private:
  [[noreturn]] void fail(std::string_view what) const {
    throw InputOutputError(
        fmt::format("{}: {}: {}", path_.string(), what, std::generic_category().message(errno)));
  }

  const std::filesystem::path& path_;
  int descriptor_;
};

/// How a seal that does not fit its content came to be.
std::string explanation(std::string_view found, Size bytes) {
  if (!found.starts_with(magic)) return "does not begin like a checkpoint of dtheta";
  const std::string length = fmt::format("{}bytes {}\n", magic, bytes);
  if (found.starts_with(length)) return "was altered: its content has another SHA-256";
  return fmt::format("has {} bytes, not as many as its header says: it was cut short or altered",
                     with_separators(bytes + seal_size));
}

}  // namespace

std::string seal_of(std::span<const std::byte> content) {
  Sha256 digest;
  digest.add(content);
  return seal_text(static_cast<Size>(content.size()), digest.hexadecimal());
}

std::optional<std::string> broken_seal(const std::filesystem::path& path) {
  const Source file(path);
  std::string seal(static_cast<std::size_t>(seal_size), '\0');
  const std::size_t header = file.read(std::as_writable_bytes(std::span(seal)));
  if (header < seal.size()) {
    return fmt::format("has only {} bytes: it was cut short", header);
  }
  Sha256 digest;
  Size bytes = 0;
  std::vector<std::byte> buffer(std::size_t{1} << 20);
  while (const std::size_t got = file.read(buffer)) {
    digest.add(std::span(buffer).first(got));
    bytes += static_cast<Size>(got);
  }
  if (seal == seal_text(bytes, digest.hexadecimal())) return std::nullopt;
  return explanation(seal, bytes);
}

}  // namespace dtheta
