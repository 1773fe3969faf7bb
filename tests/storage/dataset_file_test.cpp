#include "dtheta/storage/dataset_file.hpp"

#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "support/messages.hpp"
#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;
using test::read_file;
using test::TemporaryFolder;
using Names = std::vector<std::string>;

template <class U>
AlignedBuffer<std::byte> buffer_of(const std::vector<U>& numbers) {
  AlignedBuffer<std::byte> bytes(static_cast<Size>(numbers.size() * sizeof(U)));
  std::ranges::copy(std::as_bytes(std::span(numbers)), bytes.data());
  return bytes;
}

Dataset pictures(Size samples, std::int32_t first_label) {
  std::vector<std::int32_t> labels;
  for (Size i = 0; i < samples; ++i) {
    labels.push_back(static_cast<std::int32_t>((i + first_label) % 3));
  }
  return Dataset(ElementType::uint8, {2, 3, 1}, buffer_of(count<std::uint8_t>(6 * samples)), labels,
                 {"a", "b", "Größe"});
}

void expect_same(const Dataset& a, const Dataset& b) {
  EXPECT_EQ(a.type(), b.type());
  EXPECT_EQ(a.sample_shape(), b.sample_shape());
  EXPECT_TRUE(std::ranges::equal(a.x(), b.x()));
  EXPECT_TRUE(std::ranges::equal(a.labels(), b.labels()));
  EXPECT_TRUE(std::ranges::equal(a.values(), b.values()));
  EXPECT_EQ(a.class_names(), b.class_names());
  EXPECT_EQ(a.values_per_sample(), b.values_per_sample());
}

class DatasetFile : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder_ / "data.h5"; }

  DatasetSplits round_trip(const DatasetSplits& splits) {
    write_dataset(path(), splits);
    return read_dataset(path());
  }

  TemporaryFolder folder_;
};

TEST_F(DatasetFile, PicturesComeBackAsTheyWere) {
  DatasetSplits splits;
  splits.train = pictures(7, 0);
  splits.validation = pictures(2, 1);
  splits.test = pictures(3, 2);
  const DatasetSplits back = round_trip(splits);
  expect_same(*back.train, *splits.train);
  expect_same(*back.validation, *splits.validation);
  expect_same(*back.test, *splits.test);
  EXPECT_EQ(back.preparation, InputPreparation{.scale = 1.0 / 255});
}

TEST_F(DatasetFile, EveryElementTypeStaysItself) {
  const auto same = [&]<class U>(ElementType type, U) {
    DatasetSplits splits;
    splits.test = Dataset(type, {2}, buffer_of(count<U>(4)), {0, 1}, {"x", "y"});
    const DatasetSplits back = round_trip(splits);
    EXPECT_FALSE(back.train || back.validation);
    expect_same(*back.test, *splits.test);
  };
  same(ElementType::uint8, std::uint8_t{});
  same(ElementType::int8, std::int8_t{});
  same(ElementType::uint16, std::uint16_t{});
  same(ElementType::int16, std::int16_t{});
  same(ElementType::uint32, std::uint32_t{});
  same(ElementType::int32, std::int32_t{});
  same(ElementType::uint64, std::uint64_t{});
  same(ElementType::int64, std::int64_t{});
  same(ElementType::float32, float{});
  same(ElementType::float64, double{});
}

TEST_F(DatasetFile, RegressionTargetsComeBackAsTheyWere) {
  AlignedBuffer<double> values(6);
  for (Size i = 0; i < 6; ++i) values[i] = 0.1 * static_cast<double>(i);
  DatasetSplits splits;
  splits.train = Dataset(ElementType::float32, {4}, buffer_of(count<float>(12)), values, 2);
  expect_same(*round_trip(splits).train, *splits.train);
}

TEST_F(DatasetFile, TheScaleIsKept) {
  DatasetSplits splits;
  splits.train = pictures(2, 0);
  splits.preparation = InputPreparation{.scale = 0.125};
  EXPECT_EQ(round_trip(splits).preparation, splits.preparation);
}

TEST_F(DatasetFile, TheSameDataGivesTheSameBytesInTheDocumentedLayout) {
  DatasetSplits splits;
  splits.train = pictures(7, 0);
  write_dataset(path(), splits);
  write_dataset(folder_ / "again.h5", splits);
  EXPECT_TRUE(read_file(path()) == read_file(folder_ / "again.h5"));
  const hdf5::Reader file(path());
  EXPECT_EQ(file.tree(),
            "/\n"
            "  class_names  strings {3}\n"
            "  train/\n"
            "    x  uint8 {7, 2, 3, 1}\n"
            "    y  int32 {7}\n");
  EXPECT_EQ(file.number("/", "format_version"), 1);
  EXPECT_EQ(file.text("/train/x", "layout"), "NHWC");
  EXPECT_EQ(file.number("/train/x", "scale"), 1.0 / 255);
}

TEST_F(DatasetFile, WhatCannotBeWrittenIsNamed) {
  EXPECT_TRUE(contains(message_of<DataError>([&] { write_dataset(path(), {}); }),
                       "data.h5: there is no data to write"));
  DatasetSplits splits;
  splits.test = pictures(0, 0);
  EXPECT_TRUE(contains(message_of<DataError>([&] { write_dataset(path(), splits); }),
                       "there are no samples for /test/x"));
  splits.test = pictures(1, 0);
  splits.train = Dataset(ElementType::uint8, {1}, buffer_of(count<std::uint8_t>(1)), {0}, {"z"});
  EXPECT_TRUE(contains(message_of<DataError>([&] { write_dataset(path(), splits); }),
                       "the classes of /test/y are not those of /train/y"));
  EXPECT_FALSE(std::filesystem::exists(path()));
}

}  // namespace
}  // namespace dtheta
