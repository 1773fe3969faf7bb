#include "dtheta/storage/predictions_file.hpp"

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;
using test::read_file;
using test::TemporaryFolder;
using Names = std::vector<std::string>;

constexpr std::array three_classes{0.1F, 0.7F, 0.2F, 0.4F, 0.2F, 0.4F};
const View<const float> predictions(three_classes.data(), Shape{2, 3});

TEST(PredictionsFile, CsvHasAClassAndItsProbabilities) {
  const TemporaryFolder folder;
  write_predictions(folder / "p.csv", predictions, Names{"a", "b, \"B\"", "c"});
  EXPECT_EQ(read_file(folder / "p.csv"),
            "sample,class,a,\"b, \"\"B\"\"\",c\n"
            "0,\"b, \"\"B\"\"\",0.1,0.7,0.2\n"
            "1,a,0.4,0.2,0.4\n");
}

TEST(PredictionsFile, ASingleProbabilityIsWrittenAsBoth) {
  const TemporaryFolder folder;
  constexpr std::array p{0.25, 0.75, 0.5};
  write_predictions(folder / "p.csv", View<const double>(p.data(), {3, 1}), Names{"no", "yes"});
  EXPECT_EQ(read_file(folder / "p.csv"),
            "sample,class,no,yes\n0,no,0.75,0.25\n1,yes,0.25,0.75\n2,no,0.5,0.5\n");
}

TEST(PredictionsFile, RegressionHasValues) {
  const TemporaryFolder folder;
  constexpr std::array values{0.1, 1e300, -0.0, 1.0 / 3};
  write_predictions(folder / "p.csv", View<const double>(values.data(), {2, 2}), {});
  EXPECT_EQ(read_file(folder / "p.csv"),
            "sample,value_0,value_1\n0,0.1,1e+300\n1,-0,0.3333333333333333\n");
}

TEST(PredictionsFile, Hdf5HoldsTheSame) {
  const TemporaryFolder folder;
  write_predictions(folder / "p.h5", predictions, Names{"a", "b", "c"});
  const hdf5::Reader file(folder / "p.h5");
  EXPECT_EQ(file.tree(),
            "/\n  class  int32 {2}\n  class_names  strings {3}\n  predictions  float32 {2, 3}\n");
  EXPECT_EQ(std::memcmp(file.read_numbers("/predictions").data(), three_classes.data(),
                        sizeof three_classes),
            0);
  const auto classes = file.read_doubles("/class");
  EXPECT_EQ(classes[0], 1);
  EXPECT_EQ(classes[1], 0);
  EXPECT_EQ(file.read_texts("/class_names"), (Names{"a", "b", "c"}));

  write_predictions(folder / "r.h5", predictions, {});
  EXPECT_EQ(hdf5::Reader(folder / "r.h5").tree(), "/\n  predictions  float32 {2, 3}\n");
}

TEST(PredictionsFile, WhatCannotBeWrittenIsNamed) {
  const TemporaryFolder folder;
  EXPECT_TRUE(contains(
      message_of<UsageError>([&] { write_predictions(folder / "p.txt", predictions, {}); }),
      "p.txt: predictions are written as .csv or .h5, not '.txt'"));
  EXPECT_TRUE(contains(message_of<UsageError>([&] {
                         write_predictions(folder / "p.csv", predictions, Names{"a", "b"});
                       }),
                       "there are 2 class names for predictions of 3 classes"));
  EXPECT_THROW(write_predictions(folder / "no/p.csv", predictions, {}), CannotCreate);
  EXPECT_THROW(write_predictions(folder / "no/p.h5", predictions, {}), CannotCreate);
}

}  // namespace
}  // namespace dtheta
