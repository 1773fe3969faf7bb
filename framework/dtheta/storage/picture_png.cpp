#include <png.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/picture_formats.hpp"

namespace dtheta {
namespace {

/// libpng's simplified reader, freed whatever happens.
class PngReader {
 public:
  explicit PngReader(std::span<const std::byte> file) {
    image_.version = PNG_IMAGE_VERSION;
    check(png_image_begin_read_from_memory(&image_, file.data(), file.size()));
    // 16 bits without a word on gamma are as 8 bits without one.
    image_.flags |= PNG_IMAGE_FLAG_16BIT_sRGB;
  }
  ~PngReader() { png_image_free(&image_); }
  PngReader(const PngReader&) = delete;
  PngReader& operator=(const PngReader&) = delete;

  PictureInfo info() const {
    return {.height = Size{image_.height},
            .width = Size{image_.width},
            .is_grey = (image_.format & (PNG_FORMAT_FLAG_COLOR | PNG_FORMAT_FLAG_COLORMAP)) == 0};
  }

  void read(Size channels, std::span<std::uint8_t> pixels) {
    image_.format = channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
    if (pixels.size() != PNG_IMAGE_SIZE(image_)) {
      throw DataError("is not of the size that was expected");
    }
    const png_color white{255, 255, 255};
    check(png_image_finish_read(&image_, &white, pixels.data(), 0, nullptr));
  }

 private:
  /// The constructor's exception passes the destructor by: begin_read has freed by then.
  void check(int succeeded) const {
    if (succeeded == 0) throw DataError(std::string("is a damaged PNG: ") + image_.message);
  }

  png_image image_{};
};

}  // namespace

PictureInfo read_png_info(std::span<const std::byte> file) { return PngReader(file).info(); }

void read_png(std::span<const std::byte> file, Size channels, std::span<std::uint8_t> pixels) {
  PngReader(file).read(channels, pixels);
}

std::string png_version() { return png_get_libpng_ver(nullptr); }

}  // namespace dtheta
