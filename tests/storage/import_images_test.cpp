#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/importers.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;
using Names = std::vector<std::string>;

class ImportImages : public testing::Test {
 protected:
  /// Puts a golden picture at a place below the temporary folder.
  void put(const std::string& golden, const std::string& place) const {
    put_text(read_file(std::filesystem::path(DTHETA_GOLDEN_FOLDER) / "pictures" / golden), place);
  }
  void put_text(const std::string& text, const std::string& place) const {
    std::filesystem::create_directories((folder_ / place).parent_path());
    write_file(folder_ / place, text);
  }
  std::filesystem::path path(const std::string& name) const { return folder_ / name; }
  std::string complaint(const std::optional<PictureSize>& size = {}) const {
    return message_of<DataError>([&] { import_images(path("train"), {}, size); });
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(ImportImages, AFolderIsAClass) {
  put("rgb.png", "train/dog/b.png");
  put("rgb.jpg", "train/dog/a.jpeg");
  put("grey.png", "train/cat/deep/er/no-ending");
  put("rgb.png", "train/.hidden/x.png");
  put("rgb.png", "test/dog/x.png");
  put_text("what the camera left", "train/cat/.DS_Store");
  const ImportedImages imported = import_images(path("train"), path("test"), {});
  EXPECT_EQ(imported.unreadable, Names{});
  const Dataset& train = *imported.splits.train;
  EXPECT_EQ(train.class_names(), (Names{"cat", "dog"}));
  EXPECT_EQ(train.sample_shape(), (Shape{9, 7, 3}));
  ASSERT_EQ(train.size(), 3);
  EXPECT_EQ(train.labels()[0], 0);
  EXPECT_EQ(train.labels()[2], 1);
  // Pixel (1, 2): grey 20 + 10 in the first sample, (20, 60, 30) in the last.
  EXPECT_EQ(train.x()[3 * 9], std::byte{30});
  EXPECT_EQ(train.x()[2 * 189 + 3 * 9 + 1], std::byte{60});
  EXPECT_EQ(imported.splits.test->class_names(), (Names{"cat", "dog"}));
  EXPECT_EQ(imported.splits.test->labels()[0], 1);
}

TEST_F(ImportImages, GreyPicturesHaveOneChannel) {
  put("grey.png", "train/a/1.png");
  put("grey.jpg", "train/b/1.jpg");
  EXPECT_EQ(import_images(path("train"), {}, {}).splits.train->sample_shape(), (Shape{9, 7, 1}));
  put("rgb.png", "train/b/2.png");
  EXPECT_EQ(import_images(path("train"), {}, {}).splits.train->sample_shape(), (Shape{9, 7, 3}));
}

TEST_F(ImportImages, WhatCannotBeReadIsListedAndLeftOut) {
  put("rgb.png", "train/a/1.png");
  put_text("not a picture", "train/a/2.jpg");
  const std::string whole =
      read_file(std::filesystem::path(DTHETA_GOLDEN_FOLDER) / "pictures" / "rgb.jpg");
  put_text(whole.substr(0, whole.size() - 40), "train/b/3.jpg");
  put("rgb.png", "train/b/4.png");
  const ImportedImages imported = import_images(path("train"), {}, {});
  ASSERT_EQ(imported.unreadable.size(), 2U);
  EXPECT_TRUE(contains(imported.unreadable[0], "train/a/2.jpg is neither JPEG nor PNG"));
  EXPECT_TRUE(contains(imported.unreadable[1], "train/b/3.jpg is a damaged JPEG: Premature end"));
  const Dataset& train = *imported.splits.train;
  ASSERT_EQ(train.size(), 2);
  EXPECT_EQ(train.labels()[1], 1);
  EXPECT_TRUE(std::ranges::equal(train.x().first(189), train.x().last(189)));
}

TEST_F(ImportImages, PicturesOfSeveralSizesWantASize) {
  put("rgb.png", "train/a/1.png");
  put("small.png", "train/a/2.png");
  EXPECT_TRUE(contains(complaint(), "train/a/2.png is 2x3, but "));
  EXPECT_TRUE(contains(complaint(), "train/a/1.png is 9x7; --size HxW scales all to one size"));
  const ImportedImages imported = import_images(path("train"), {}, PictureSize{4, 6});
  const Dataset& train = *imported.splits.train;
  EXPECT_EQ(train.sample_shape(), (Shape{4, 6, 3}));
  EXPECT_EQ(train.size(), 2);
  EXPECT_EQ(train.x()[72], std::byte{0});  // the small picture's corners
  EXPECT_EQ(train.x()[72 + 69], std::byte{20});
  EXPECT_EQ(train.x()[72 + 70], std::byte{60});
}

TEST_F(ImportImages, FoldersThatAreNoDataSetAreNamed) {
  EXPECT_TRUE(
      contains(message_of<InputOutputError>([&] { import_images(path("nowhere"), {}, {}); }),
               "nowhere: cannot be read as a folder: "));
  put("rgb.png", "train/1.png");
  EXPECT_TRUE(contains(complaint(), "train: has no folder in it; wanted one for each class"));
  put_text("x", "train/a/2.png");
  EXPECT_TRUE(contains(complaint(), "train: holds no picture that can be read"));
  put("rgb.png", "train/a/3.png");
  put("rgb.png", "test/b/1.png");
  EXPECT_TRUE(
      contains(message_of<DataError>([&] { import_images(path("train"), path("test"), {}); }),
               "test/b: is a class that the training pictures do not have"));
}

}  // namespace
}  // namespace dtheta
