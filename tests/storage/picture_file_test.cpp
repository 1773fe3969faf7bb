#include "dtheta/storage/picture_file.hpp"

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;
using test::read_file;

constexpr Size height = 9;
constexpr Size width = 7;

std::string golden(const std::string& name) {
  return read_file(std::filesystem::path(DTHETA_GOLDEN_FOLDER) / "pictures" / name);
}

std::span<const std::byte> bytes_of(const std::string& file) {
  return std::as_bytes(std::span(file));
}

std::vector<std::uint8_t> pixels_of(const std::string& name, Size channels) {
  const std::string file = golden(name);
  const PictureInfo info = read_picture_info(bytes_of(file));
  EXPECT_EQ(info.height, height);
  EXPECT_EQ(info.width, width);
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(height * width * channels));
  read_picture(bytes_of(file), channels, pixels);
  return pixels;
}

/// The picture of golden/write_pictures, {9, 7, 3}.
std::vector<std::uint8_t> colours() {
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int c : {20 * y, 30 * x, 10 * (x + y)}) {
        pixels.push_back(static_cast<std::uint8_t>(c));
      }
    }
  }
  return pixels;
}

std::vector<std::uint8_t> greys() {
  std::vector<std::uint8_t> pixels;
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) pixels.push_back(static_cast<std::uint8_t>(20 * y + 5 * x));
  }
  return pixels;
}

TEST(PictureFile, PngOfEveryKindIsRead) {
  EXPECT_EQ(pixels_of("rgb.png", 3), colours());
  EXPECT_EQ(pixels_of("palette.png", 3), colours());
  EXPECT_EQ(pixels_of("grey.png", 1), greys());
  EXPECT_EQ(pixels_of("grey16.png", 1), greys());
  std::vector<std::uint8_t> tripled;
  for (const std::uint8_t grey : greys()) tripled.insert(tripled.end(), 3, grey);
  EXPECT_EQ(pixels_of("grey.png", 3), tripled);
}

TEST(PictureFile, WhatIsTransparentLiesOnWhite) {
  std::vector<std::uint8_t> wanted = colours();
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (i / 3 % width < 3) wanted[i] = 255;
  }
  EXPECT_EQ(pixels_of("alpha.png", 3), wanted);
}

TEST(PictureFile, JpegIsReadAsOthersReadIt) {
  for (const auto& [name, channels] :
       {std::pair<std::string, Size>{"rgb.jpg", 3}, {"progressive.jpg", 3}, {"grey.jpg", 1}}) {
    const auto ours = pixels_of(name, channels);
    const auto theirs = pixels_of(name + ".png", channels);
    for (std::size_t i = 0; i < ours.size(); ++i) {
      ASSERT_LE(std::abs(ours[i] - theirs[i]), 1) << name << " at " << i;
    }
  }
}

TEST(PictureFile, GreyIsTold) {
  for (const auto& [name, is_grey] : {std::pair<std::string, bool>{"rgb.png", false},
                                      {"palette.png", false},
                                      {"grey.png", true},
                                      {"grey16.png", true},
                                      {"rgb.jpg", false},
                                      {"grey.jpg", true}}) {
    EXPECT_EQ(read_picture_info(bytes_of(golden(name))).is_grey, is_grey) << name;
  }
}

/// Reads header and pixels of what may be damaged; any DataError will do.
bool can_be_read(const std::string& file) {
  try {
    const PictureInfo info = read_picture_info(bytes_of(file));
    if (info.height * info.width > 1000) return true;  // another picture, by its header
    std::vector<std::uint8_t> pixels(static_cast<std::size_t>(info.height * info.width * 3));
    read_picture(bytes_of(file), 3, pixels);
    return true;
  } catch (const DataError&) {
    return false;
  }
}

TEST(PictureFile, TruncatedFilesAreRefused) {
  for (const char* const name : {"rgb.png", "palette.png", "rgb.jpg", "progressive.jpg"}) {
    const std::string whole = golden(name);
    const std::size_t pixel_data = whole.size() - (std::string(name).ends_with("png") ? 24 : 2);
    EXPECT_TRUE(can_be_read(whole)) << name;
    for (std::size_t size = 0; size < pixel_data; size += 3) {
      EXPECT_FALSE(can_be_read(whole.substr(0, size))) << name << ", " << size << " bytes";
    }
  }
}

TEST(PictureFile, NoAlteredByteDoesHarm) {
  for (const char* const name : {"rgb.png", "palette.png", "rgb.jpg", "progressive.jpg"}) {
    const std::string whole = golden(name);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (const char value : {'\0', '\x7F', '\xFF'}) {
        std::string altered = whole;
        altered[at] = value;
        can_be_read(altered);
      }
    }
  }
}

TEST(PictureFile, WhatIsNoPictureAndWhatIsTooLargeAreNamed) {
  const auto message = [](const std::string& file) {
    return message_of<DataError>([&] { read_picture_info(bytes_of(file)); });
  };
  EXPECT_EQ(message(""), "is neither JPEG nor PNG");
  EXPECT_EQ(message("GIF89a"), "is neither JPEG nor PNG");
  EXPECT_TRUE(contains(message(golden("rgb.jpg").substr(0, 30)), "is a damaged JPEG: "));
  EXPECT_TRUE(contains(message(golden("rgb.png").substr(0, 30)), "is a damaged PNG: "));
  std::string large = golden("rgb.jpg");
  const std::size_t frame = large.find("\xFF\xC0");
  large.replace(frame + 5, 4, "\x7F\xFF\x7F\xFF");
  EXPECT_EQ(message(large), "is 32767x32767; wanted at most 100,000,000 pixels");
}

TEST(PictureFile, PixelsOfAnotherSizeAreRefused) {
  std::vector<std::uint8_t> few(10);
  for (const char* const name : {"rgb.png", "rgb.jpg"}) {
    EXPECT_THROW(read_picture(bytes_of(golden(name)), 3, few), DataError);
  }
}

}  // namespace
}  // namespace dtheta
