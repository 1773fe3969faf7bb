#include "dtheta/storage/hdf5_reader.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/descriptor.hpp"
#include "dtheta/storage/hdf5_file_source.hpp"
#include "dtheta/storage/hdf5_sandbox_source.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta::hdf5 {
namespace {

FileStamp stamp_of(const Descriptor& file) {
  struct ::stat status {};
  if (::fstat(file.get(), &status) != 0) return {};
  return {.size = status.st_size, .changed = status.st_mtim};
}

std::unique_ptr<Source> open_source(const std::filesystem::path& path, int file,
                                    const std::optional<Sandbox>& sandbox) {
  if (sandbox) return std::make_unique<SandboxSource>(*sandbox, file, path);
  return std::make_unique<FileSource>(file, path);
}

/// Copies what is in `bytes`, numbers of the type, as doubles.
void convert(ElementType type, std::span<const std::byte> bytes, std::span<double> numbers) {
  with_element_type(type, [&]<class U>(U) {
    const std::span from(reinterpret_cast<const U*>(bytes.data()), bytes.size() / sizeof(U));
    std::ranges::transform(from, numbers.begin(),
                           [](U number) { return static_cast<double>(number); });
  });
}

}  // namespace

Reader::Reader(const std::filesystem::path& path, const std::optional<Sandbox>& sandbox)
    : path_(path),
      file_(open_to_read(path)),
      stamp_(stamp_of(file_)),
      source_(open_source(path, file_.get(), sandbox)) {}

void Reader::check_unchanged() const {
  const FileStamp now = stamp_of(file_);
  if (now.size == stamp_.size && now.changed.tv_sec == stamp_.changed.tv_sec &&
      now.changed.tv_nsec == stamp_.changed.tv_nsec) {
    return;
  }
  throw InputOutputError(fmt::format(
      "{}: has changed since it was opened ({} bytes then); wanted a file that stays as it is",
      path_.string(), with_separators(stamp_.size)));
}

/// The signature stands at byte 0, 512, 1024, 2048 and so on (HDF5 File Format Specification 3.0,
/// II.A).
bool Reader::recognises(const std::filesystem::path& path) {
  constexpr std::string_view signature = "\x89HDF\r\n\x1a\n";
  std::error_code ignored;
  if (!std::filesystem::is_regular_file(path, ignored)) return false;
  const Descriptor file = open_to_read(path);
  std::array<char, signature.size()> found{};
  for (Size at = 0; at < size_of(file.get()); at = at == 0 ? 512 : 2 * at) {
    const auto got = ::pread(file.get(), found.data(), found.size(), at);
    if (got == std::ssize(found) && std::ranges::equal(found, signature)) return true;
  }
  return false;
}

void Reader::fail(std::string_view object, std::string_view message) const {
  throw DataError(fmt::format("{}: {} {}", path_.string(), printable(object), message));
}

AlignedBuffer<std::byte> Reader::read_numbers(std::string_view dataset) const {
  const OpenArray array = open(dataset);
  AlignedBuffer<std::byte> numbers(array.info.bytes());
  const Shape& shape = array.info.shape;
  read_rows(array, 0, shape.rank() == 0 ? 1 : shape[0], numbers.span());
  return numbers;
}

void Reader::read_rows(const OpenArray& array, Size first, Size count,
                       std::span<double> numbers) const {
  const Size element = element_size(array.info.type);
  AlignedBuffer<std::byte> bytes(static_cast<Size>(numbers.size()) * element);
  read_rows(array, first, count, bytes.span());
  convert(array.info.type, bytes.span(), numbers);
}

AlignedBuffer<double> Reader::read_doubles(std::string_view dataset) const {
  const ElementType type = describe(dataset).type;
  const AlignedBuffer<std::byte> bytes = read_numbers(dataset);
  AlignedBuffer<double> numbers(bytes.size() / element_size(type));
  convert(type, bytes.span(), numbers.span());
  return numbers;
}

std::string Reader::tree() const {
  constexpr std::size_t most_lines = 40;
  std::string text = "/\n";
  const auto found = entries({.levels = 6, .members = most_lines + 1, .entries = most_lines + 1});
  for (std::size_t i = 0; i < found.size(); ++i) {
    const TreeEntry& entry = found[i];
    const bool has_text = !entry.text.empty();
    text += i == most_lines ? "..." : entry.label() + (has_text ? "  " + entry.text : "");
    text += '\n';
  }
  return text;
}

}  // namespace dtheta::hdf5
