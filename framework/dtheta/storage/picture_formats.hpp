/// The picture formats, each behind the two functions of picture_file.hpp.
#pragma once

#include "dtheta/storage/picture_file.hpp"

namespace dtheta {

PictureInfo read_jpeg_info(std::span<const std::byte> file);
void read_jpeg(std::span<const std::byte> file, Size channels, std::span<std::uint8_t> pixels);

PictureInfo read_png_info(std::span<const std::byte> file);
void read_png(std::span<const std::byte> file, Size channels, std::span<std::uint8_t> pixels);

}  // namespace dtheta
