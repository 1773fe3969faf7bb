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

namespace fs = std::filesystem;
using test::contains;
using test::gzip;
using test::message_of;
using test::TemporaryFolder;
using test::write_file;

/// A record whose pixel p has the colours p, p + 1 and p + 2 (mod 256).
std::string record(int label) {
  std::string text(1, static_cast<char>(label));
  for (int channel = 0; channel < 3; ++channel) {
    for (int pixel = 0; pixel < 1024; ++pixel) text += static_cast<char>(pixel + channel);
  }
  return text;
}

class ImportCifar10 : public testing::Test {
 protected:
  fs::path batch(const char* name, const std::string& content) {
    write_file(folder_ / name, content);
    return folder_ / name;
  }
  std::string message(const std::string& content) {
    return message_of<DataError>([&] { import_cifar10(std::vector{batch("bad", content)}, {}); });
  }
  TemporaryFolder folder_;
};

TEST_F(ImportCifar10, PlanesBecomePixelsAndBatchesFollowOneAnother) {
  const std::vector<fs::path> train{batch("1", record(9) + record(0)), batch("2", gzip(record(4)))};
  const std::vector<fs::path> test{batch("t", record(3))};
  const DatasetSplits splits = import_cifar10(train, test);
  const Dataset& data = *splits.train;
  EXPECT_EQ(data.size(), 3);
  EXPECT_EQ(data.sample_shape(), (Shape{32, 32, 3}));
  EXPECT_EQ(data.type(), ElementType::uint8);
  EXPECT_EQ((std::vector<int>(data.labels().begin(), data.labels().end())),
            (std::vector<int>{9, 0, 4}));
  EXPECT_EQ(data.classes(), 10);
  EXPECT_EQ(data.class_names()[0], "airplane");
  EXPECT_EQ(data.class_names()[9], "truck");
  for (std::size_t i = 0; i < data.x().size(); ++i) {
    const std::size_t pixel = i / 3 % 1024;
    ASSERT_EQ(data.x()[i], static_cast<std::byte>(pixel + i % 3)) << i;
  }
  EXPECT_EQ(splits.test->size(), 1);
  EXPECT_EQ(splits.test->labels()[0], 3);
}

TEST_F(ImportCifar10, WhatIsWrongIsNamed) {
  EXPECT_TRUE(contains(message(record(1).substr(1)), "bad: has 3,072 bytes; wanted"));
  EXPECT_TRUE(contains(message(record(1) + "x"), "bad: has 3,074 bytes; wanted"));
  EXPECT_TRUE(contains(message(""), "bad: has 0 bytes; wanted"));
  EXPECT_TRUE(
      contains(message(record(1) + record(10)), "bad: record 1 has label 10; wanted 0 to 9"));
  EXPECT_TRUE(contains(message(gzip(record(1)).substr(0, 100)), "bad: the compressed data ends"));
  EXPECT_THROW(import_cifar10({}, {}), UsageError);
}

}  // namespace
}  // namespace dtheta
