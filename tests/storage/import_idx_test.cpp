#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/importers.hpp"
#include "storage/gzip.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::gzip;
using test::message_of;
using test::TemporaryFolder;
using test::write_file;

/// An IDX header: two zeros, the type, the number of axes, big-endian extents.
std::string header(int type, const std::vector<std::uint32_t>& extents) {
  std::string text{'\0', '\0', static_cast<char>(type), static_cast<char>(extents.size())};
  for (const std::uint32_t extent : extents) {
    for (int shift = 24; shift >= 0; shift -= 8) text += static_cast<char>(extent >> shift);
  }
  return text;
}

std::string bytes(std::initializer_list<int> values) {
  std::string text;
  for (const int value : values) text += static_cast<char>(value);
  return text;
}

/// Two pictures of 2x3 pixels and their labels.
const std::string pictures =
    header(0x08, {2, 2, 3}) + bytes({1, 2, 3, 4, 5, 6, 250, 251, 252, 253, 254, 255});
const std::string labels = header(0x08, {2}) + bytes({3, 0});

class ImportIdx : public testing::Test {
 protected:
  DatasetSplits import(const std::string& images_content, const std::string& labels_content) {
    write_file(files_.images, images_content);
    write_file(files_.labels, labels_content);
    return import_idx(files_, std::nullopt);
  }
  std::string message(const std::string& images_content, const std::string& labels_content) {
    return message_of<DataError>([&] { import(images_content, labels_content); });
  }

  TemporaryFolder folder_;
  IdxFiles files_{folder_ / "images", folder_ / "labels"};
};

TEST_F(ImportIdx, PicturesGetAChannel) {
  for (const bool packed : {false, true}) {
    const DatasetSplits splits =
        packed ? import(gzip(pictures), gzip(labels)) : import(pictures, labels);
    ASSERT_TRUE(splits.train && !splits.test && !splits.validation);
    const Dataset& train = *splits.train;
    EXPECT_EQ(train.size(), 2);
    EXPECT_EQ(train.sample_shape(), (Shape{2, 3, 1}));
    EXPECT_EQ(train.type(), ElementType::uint8);
    EXPECT_EQ(train.class_names(), (std::vector<std::string>{"0", "1", "2", "3"}));
    EXPECT_EQ(train.labels()[0], 3);
    EXPECT_EQ(train.labels()[1], 0);
    EXPECT_EQ(train.x()[0], std::byte{1});
    EXPECT_EQ(train.x()[6], std::byte{250});
    EXPECT_EQ(train.x()[11], std::byte{255});
  }
}

TEST_F(ImportIdx, EveryTypeIsReadBigEndian) {
  const std::string one_label = header(0x08, {1}) + bytes({1});
  const auto x = [&]<class U>(int type, const std::string& content, U) {
    const DatasetSplits splits = import(header(type, {1, 1}) + content, one_label);
    U value{};
    EXPECT_EQ(splits.train->x().size(), sizeof value);
    std::memcpy(&value, splits.train->x().data(), sizeof value);
    return value;
  };
  EXPECT_EQ(x(0x09, bytes({0xfe}), std::int8_t{}), -2);
  EXPECT_EQ(x(0x0b, bytes({0xff, 0x01}), std::int16_t{}), -255);
  EXPECT_EQ(x(0x0c, bytes({1, 2, 3, 4}), std::int32_t{}), 0x01020304);
  EXPECT_EQ(x(0x0d, bytes({0x3f, 0xc0, 0, 0}), float{}), 1.5F);
  EXPECT_EQ(x(0x0e, bytes({0xc0, 0x04, 0, 0, 0, 0, 0, 0}), double{}), -2.5);
}

TEST_F(ImportIdx, VectorsAndColourPicturesKeepTheirShape) {
  const std::string content = bytes({1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  EXPECT_EQ(import(header(0x08, {2, 6}) + content, labels).train->sample_shape(), Shape{6});
  EXPECT_EQ(import(header(0x08, {2, 1, 2, 3}) + content, labels).train->sample_shape(),
            (Shape{1, 2, 3}));
}

TEST_F(ImportIdx, TestFilesShareTheClasses) {
  write_file(folder_ / "test-images", pictures);
  write_file(folder_ / "test-labels", header(0x08, {2}) + bytes({4, 1}));
  write_file(files_.images, pictures);
  write_file(files_.labels, labels);
  const DatasetSplits splits =
      import_idx(files_, IdxFiles{folder_ / "test-images", folder_ / "test-labels"});
  EXPECT_EQ(splits.train->classes(), 5);
  EXPECT_EQ(splits.test->classes(), 5);
  EXPECT_EQ(splits.test->labels()[0], 4);
}

TEST_F(ImportIdx, WhatIsWrongIsNamed) {
  EXPECT_TRUE(contains(message("hello", labels),
                       "images: not an IDX file: begins with the bytes "
                       "68 65 6c 6c; wanted 00 00"));
  EXPECT_TRUE(contains(message("", labels), "images: not an IDX file"));
  EXPECT_TRUE(contains(message(header(0x0a, {2, 2, 3}), labels), "unknown IDX type 0x0a"));
  EXPECT_TRUE(contains(message(pictures.substr(0, 10), labels), "ends within the IDX header"));
  EXPECT_TRUE(contains(message(pictures + "x", labels),
                       "the header promises 2x2x3 of uint8, 12 bytes; found more"));
  EXPECT_TRUE(contains(message(labels, pictures), "are these the labels?"));
  EXPECT_TRUE(contains(message(pictures, pictures), "labels: is 2x2x3 of uint8; wanted labels"));
  EXPECT_TRUE(contains(message(pictures, header(0x0b, {2}) + bytes({0, 0, 0, 1})),
                       "labels: is 2 of int16; wanted labels"));
  EXPECT_TRUE(contains(message(pictures, header(0x08, {3}) + bytes({0, 1, 2})),
                       "labels: has 3 labels for 2 samples in "));
}

TEST_F(ImportIdx, TruncationAtEveryByteIsTold) {
  for (std::size_t length = 0; length < pictures.size(); ++length) {
    const std::string text = message(pictures.substr(0, length), labels);
    EXPECT_TRUE(contains(text, "images: ")) << length;
    EXPECT_EQ(text.ends_with("is the file truncated?"), length >= 16) << text;
  }
}

TEST_F(ImportIdx, HeadersThatLieAboutTheSizeCostNothing) {
  constexpr std::uint32_t most = 0xffffffffU;
  EXPECT_TRUE(contains(message(header(0x0e, {most, most, most}), labels), "2^62"));
  EXPECT_TRUE(contains(message(header(0x0e, {most, 1U << 28}), labels), "too large to be true"));
  EXPECT_TRUE(contains(message(header(0x08, {most, 1U << 20}) + "abc", labels),
                       "found 3: is the file truncated?"));
}

}  // namespace
}  // namespace dtheta
