#include "dtheta/storage/picture_file.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/messages.hpp"
#include "dtheta/storage/picture_formats.hpp"

namespace dtheta {
namespace {

bool begins_with(std::span<const std::byte> file, std::span<const std::uint8_t> magic) {
  return file.size() >= magic.size() &&
         std::ranges::equal(file.first(magic.size()), std::as_bytes(magic));
}

bool is_jpeg(std::span<const std::byte> file) {
  constexpr std::array<std::uint8_t, 3> magic{0xFF, 0xD8, 0xFF};
  return begins_with(file, magic);
}

bool is_png(std::span<const std::byte> file) {
  constexpr std::array<std::uint8_t, 8> magic{0x89, 'P', 'N', 'G', '\r', '\n', 0x1A, '\n'};
  return begins_with(file, magic);
}

[[noreturn]] void fail_unknown() { throw DataError("is neither JPEG nor PNG"); }

}  // namespace

PictureInfo read_picture_info(std::span<const std::byte> file) {
  if (!is_jpeg(file) && !is_png(file)) fail_unknown();
  const PictureInfo info = is_jpeg(file) ? read_jpeg_info(file) : read_png_info(file);
  if (info.height * info.width > most_pixels) {
    throw DataError(fmt::format("is {}x{}; wanted at most {} pixels", info.height, info.width,
                                with_separators(most_pixels)));
  }
  return info;
}

void read_picture(std::span<const std::byte> file, Size channels, std::span<std::uint8_t> pixels) {
  if (is_jpeg(file)) return read_jpeg(file, channels, pixels);
  if (is_png(file)) return read_png(file, channels, pixels);
  fail_unknown();
}

}  // namespace dtheta
