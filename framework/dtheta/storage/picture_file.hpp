/// Pictures out of JPEG and PNG files.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// What a picture's header says.
struct PictureInfo {
  Size height = 0;
  Size width = 0;
  bool is_grey = false;
};

/// Pictures of more pixels are refused: a few bytes may claim billions.
inline constexpr Size most_pixels = 100'000'000;

/// Reads the header of a JPEG or PNG file, told apart by their content. Safe from any thread, as
/// the function below. Throws DataError, to follow the file's name in a message.
PictureInfo read_picture_info(std::span<const std::byte> file);

/// Decodes the file into `pixels` {height, width, channels} of what its header says, overwritten;
/// channels are 3 (red, green, blue; grey is tripled) or 1 (for a grey picture). Numbers are as
/// stored, 16 bits rounded to 8; what is transparent lies on white. Throws DataError as above.
void read_picture(std::span<const std::byte> file, Size channels, std::span<std::uint8_t> pixels);

/// "2.1.5" of libjpeg-turbo, and libpng's.
std::string jpeg_version();
std::string png_version();

}  // namespace dtheta
