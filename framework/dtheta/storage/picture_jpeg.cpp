#include <array>
#include <csetjmp>
#include <cstdio>

#include <fmt/format.h>
#include <jpeglib.h>
// After jpeglib.h, which it needs.
#include <jerror.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/picture_formats.hpp"

namespace dtheta {
namespace {

/// libjpeg's errors, as a jump out of it with a message left behind. What jumps must not pass a
/// destructor: the functions below that call libjpeg have none.
struct JpegErrors {
  jpeg_error_mgr manager;  // first: libjpeg hands back its address
  std::jmp_buf escape;
  std::array<char, JMSG_LENGTH_MAX> message;
};

[[noreturn]] void give_up(j_common_ptr jpeg) {
  auto* const errors = reinterpret_cast<JpegErrors*>(jpeg->err);
  jpeg->err->format_message(jpeg, errors->message.data());
  std::longjmp(errors->escape, 1);
}

/// Of libjpeg's warnings those that mean missing pixels, which it would fill with grey.
void judge_warning(j_common_ptr jpeg, int level) {
  const int code = jpeg->err->msg_code;
  if (level < 0 && (code == JWRN_JPEG_EOF || code == JWRN_HIT_MARKER)) give_up(jpeg);
}

void stay_silent(j_common_ptr) {}

/// A JPEG file that is being read.
struct Jpeg {
  jpeg_decompress_struct state;
  JpegErrors errors;
};

void prepare(Jpeg& jpeg) {
  jpeg.state.err = jpeg_std_error(&jpeg.errors.manager);
  jpeg.errors.manager.error_exit = &give_up;
  jpeg.errors.manager.emit_message = &judge_warning;
  jpeg.errors.manager.output_message = &stay_silent;
}

bool read_header(Jpeg& jpeg, std::span<const std::byte> file) {
  if (setjmp(jpeg.errors.escape) != 0) return false;
  jpeg_create_decompress(&jpeg.state);
  jpeg_mem_src(&jpeg.state, reinterpret_cast<const unsigned char*>(file.data()),
               static_cast<unsigned long>(file.size()));
  jpeg_read_header(&jpeg.state, TRUE);
  return true;
}

bool read_pixels(Jpeg& jpeg, Size channels, std::uint8_t* pixels) {
  if (setjmp(jpeg.errors.escape) != 0) return false;
  jpeg.state.out_color_space = channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
  jpeg_start_decompress(&jpeg.state);
  const std::size_t row = static_cast<std::size_t>(channels) * jpeg.state.output_width;
  while (jpeg.state.output_scanline < jpeg.state.output_height) {
    JSAMPROW line = pixels + row * jpeg.state.output_scanline;
    jpeg_read_scanlines(&jpeg.state, &line, 1);
  }
  jpeg_finish_decompress(&jpeg.state);
  return true;
}

/// A Jpeg whose header has been read; freed whatever happens.
class JpegReader {
 public:
  explicit JpegReader(std::span<const std::byte> file) {
    prepare(jpeg_);
    if (read_header(jpeg_, file)) return;
    jpeg_destroy_decompress(&jpeg_.state);
    fail();
  }
  ~JpegReader() { jpeg_destroy_decompress(&jpeg_.state); }
  JpegReader(const JpegReader&) = delete;
  JpegReader& operator=(const JpegReader&) = delete;

  PictureInfo info() const {
    return {.height = Size{jpeg_.state.image_height},
            .width = Size{jpeg_.state.image_width},
            .is_grey = jpeg_.state.jpeg_color_space == JCS_GRAYSCALE};
  }

  void read(Size channels, std::span<std::uint8_t> pixels) {
    if (static_cast<Size>(pixels.size()) != info().height * info().width * channels) {
      throw DataError("is not of the size that was expected");
    }
    if (!read_pixels(jpeg_, channels, pixels.data())) fail();
  }

 private:
  [[noreturn]] void fail() const {
    throw DataError(std::string("is a damaged JPEG: ") + jpeg_.errors.message.data());
  }

  Jpeg jpeg_{};
};

}  // namespace

PictureInfo read_jpeg_info(std::span<const std::byte> file) { return JpegReader(file).info(); }

void read_jpeg(std::span<const std::byte> file, Size channels, std::span<std::uint8_t> pixels) {
  JpegReader(file).read(channels, pixels);
}

std::string jpeg_version() {
  constexpr int number = LIBJPEG_TURBO_VERSION_NUMBER;
  return fmt::format("{}.{}.{}", number / 1'000'000, number / 1000 % 1000, number % 1000);
}

}  // namespace dtheta
