#include "dtheta/storage/input_file.hpp"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

constexpr Size piece = Size{1} << 20;  // bytes asked of zlib at a time, and the first allocation

gzFile open_gzip(const std::filesystem::path& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) {
    throw InputOutputError(fmt::format("{}: cannot be opened: {}", path.string(),
                                       std::generic_category().message(errno)));
  }
  struct ::stat status {};
  if (::fstat(descriptor, &status) == 0 && S_ISDIR(status.st_mode)) {
    ::close(descriptor);
    throw InputOutputError(fmt::format("{}: is a folder; wanted a file", path.string()));
  }
  gzFile file = ::gzdopen(descriptor, "rb");
  if (file == nullptr) {
    ::close(descriptor);
    throw std::bad_alloc();
  }
  ::gzbuffer(file, 1U << 17);
  return file;
}

}  // namespace

InputFile::InputFile(const std::filesystem::path& path) : path_(path), file_(open_gzip(path)) {}

void InputFile::Close::operator()(void* file) const { ::gzclose(static_cast<gzFile>(file)); }

std::size_t InputFile::read(std::span<std::byte> destination) {
  auto* const file = static_cast<gzFile>(file_.get());
  std::size_t done = 0;
  while (done < destination.size()) {
    const std::size_t wanted = std::min(destination.size() - done, static_cast<std::size_t>(piece));
    const int got = ::gzread(file, destination.data() + done, static_cast<unsigned>(wanted));
    int error = Z_OK;
    const char* const message = ::gzerror(file, &error);
    if (error == Z_ERRNO) {
      throw InputOutputError(fmt::format("{}: reading failed: {}", path_.string(),
                                         std::generic_category().message(errno)));
    }
    if (error == Z_BUF_ERROR) {
      throw DataError(
          fmt::format("{}: the compressed data ends early, after {} unpacked bytes; is "
                      "the file a partial download?",
                      path_.string(), ::gztell(file)));
    }
    if (error != Z_OK || got < 0) {
      throw DataError(fmt::format("{}: the compressed data is damaged after {} unpacked bytes: {}",
                                  path_.string(), ::gztell(file), message));
    }
    if (got == 0) break;
    done += static_cast<std::size_t>(got);
  }
  return done;
}

AlignedBuffer<std::byte> InputFile::read_up_to(Size size) {
  AlignedBuffer<std::byte> content(std::min(size, piece));
  Size filled = 0;
  for (;;) {
    filled += static_cast<Size>(read(content.span().subspan(static_cast<std::size_t>(filled))));
    const bool at_end = filled < content.size();
    if (at_end || filled == size) break;
    const Size grown_size = content.size() > size / 2 ? size : 2 * content.size();
    AlignedBuffer<std::byte> grown(grown_size);
    std::ranges::copy(content.span(), grown.data());
    content = std::move(grown);
  }
  if (filled == content.size()) return content;
  AlignedBuffer<std::byte> exact(filled);
  std::ranges::copy(content.span().first(static_cast<std::size_t>(filled)), exact.data());
  return exact;
}

std::string InputFile::read_text() {
  std::string text;
  for (;;) {
    const std::size_t before = text.size();
    text.resize(before + static_cast<std::size_t>(piece));
    const std::size_t got = read(std::as_writable_bytes(std::span(text).subspan(before)));
    text.resize(before + got);
    if (got < static_cast<std::size_t>(piece)) return text;
  }
}

}  // namespace dtheta
