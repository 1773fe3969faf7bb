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
using Names = std::vector<std::string>;

std::vector<float> x_of(const Dataset& data) {
  std::vector<float> x(data.x().size() / sizeof(float));
  std::memcpy(x.data(), data.x().data(), data.x().size());
  return x;
}

std::vector<int> labels_of(const Dataset& data) {
  return {data.labels().begin(), data.labels().end()};
}

class ImportCsv : public testing::Test {
 protected:
  Dataset import(const std::string& content, const std::string& label_column) {
    write_file(folder_ / "train.csv", content);
    return *import_csv(folder_ / "train.csv", label_column, std::nullopt).train;
  }
  Dataset import_test(const std::string& train, const std::string& test) {
    write_file(folder_ / "train.csv", train);
    write_file(folder_ / "test.csv", test);
    return *import_csv(folder_ / "train.csv", "0", folder_ / "test.csv").test;
  }
  template <class Exception = DataError>
  std::string message(const std::string& content, const std::string& label_column) {
    return message_of<Exception>([&] { import(content, label_column); });
  }
  TemporaryFolder folder_;
};

TEST_F(ImportCsv, HeaderWordsAndQuotes) {
  const Dataset data = import(
      "\xef\xbb\xbf"
      "width,kind, \"height, cm\" \r\n"
      " 1.5 ,\"Iris \"\"setosa\"\"\",+2e1\r\n"
      "\r\n"
      "-3,\"a\nb\",\"4\"\r\n"
      "5,a,6",
      "kind");
  EXPECT_EQ(data.type(), ElementType::float32);
  EXPECT_EQ(data.sample_shape(), Shape{2});
  EXPECT_EQ(x_of(data), (std::vector<float>{1.5F, 20, -3, 4, 5, 6}));
  EXPECT_EQ(data.class_names(), (Names{"Iris \"setosa\"", "a", "a\nb"}));
  EXPECT_EQ(labels_of(data), (std::vector<int>{0, 2, 1}));
}

TEST_F(ImportCsv, ColumnsByNumberWithAndWithoutHeader) {
  for (const std::string header : {"", "a,b,c\n"}) {
    const std::string content = header + "1,2,30\n4,5,6\n7,8,30\n";
    EXPECT_EQ(import(content, "-1").class_names(), (Names{"6", "30"})) << "not in numeric order";
    EXPECT_EQ(labels_of(import(content, "2")), (std::vector<int>{1, 0, 1}));
    EXPECT_EQ(x_of(import(content, "-3")), (std::vector<float>{2, 30, 5, 6, 8, 30}));
    EXPECT_EQ(x_of(import(content, "1")), (std::vector<float>{1, 30, 4, 6, 7, 30}));
  }
}

TEST_F(ImportCsv, GzipIsReadToo) { EXPECT_EQ(import(gzip("1,2\n3,4\n"), "0").size(), 2); }

TEST_F(ImportCsv, WrittenFractionsMakeARegression) {
  const Dataset data = import("y,x\n1.5,1\n2,2\n-3e-1,3\n", "y");
  EXPECT_FALSE(data.is_classification());
  EXPECT_EQ(data.values_per_sample(), 1);
  EXPECT_EQ((std::vector<double>(data.values().begin(), data.values().end())),
            (std::vector<double>{1.5, 2, -0.3}));
  EXPECT_FALSE(import("1.0,1\n2.0,2\n", "0").is_classification());
  EXPECT_EQ(import("1.5,1\nred,2\n", "0").class_names(), (Names{"1.5", "red"}));
  EXPECT_EQ(import("+03,1\n3,2\n-1,3\n", "0").class_names(), (Names{"-1", "3"}));
}

TEST_F(ImportCsv, TestFilesUseTheTrainingClasses) {
  EXPECT_EQ(labels_of(import_test("b,1\na,2\nc,3\n", "c,4\nb,5\n")), (std::vector<int>{2, 1}));
  EXPECT_EQ(import_test("0.5,1\n0.7,2\n", "3,4\n").values()[0], 3);
  const auto failure = [&](const char* train, const char* test) {
    return message_of<DataError>([&] { import_test(train, test); });
  };
  EXPECT_TRUE(
      contains(failure("b,1\na,2\n", "a,1\nz,5\n"), "test.csv: line 2 has the class 'z', which "));
  EXPECT_TRUE(contains(failure("b,1\na,2\n", "a,1,2\n"), "test.csv: has 3 columns; wanted 2"));
  EXPECT_TRUE(contains(failure("y,p\nb,1\n", "y,q\nb,1\n"), "test.csv: the columns' names"));
  EXPECT_TRUE(contains(failure("0.5,1\n", "red,1\n"), "line 1 has the target 'red'; wanted"));
}

TEST_F(ImportCsv, WhatIsWrongIsNamed) {
  EXPECT_TRUE(contains(message("", "0"), "train.csv: holds no rows"));
  EXPECT_TRUE(contains(message("a,b\n", "a"), "holds a header but no samples"));
  EXPECT_TRUE(contains(message("a;b\n1;2\n", "0"), "has one column; wanted"));
  EXPECT_TRUE(contains(message("1,2\n3,4,5\n", "0"), "line 2 has 3 fields; wanted 2"));
  EXPECT_TRUE(contains(message("k,b\n1,2\n3,x\n", "k"),
                       "line 3, column 1 (b) holds 'x'; wanted a finite number"));
  EXPECT_TRUE(contains(message("1,2\n3,\n", "0"), "line 2, column 1 holds ''; wanted"));
  EXPECT_TRUE(contains(message("1,2\n3,nan\n", "0"), "line 2, column 1 holds 'nan'; wanted"));
  EXPECT_TRUE(contains(message("1,2\n3,1e39\n", "0"), "line 2, column 1 holds '1e39'; wanted"));
  EXPECT_TRUE(contains(message("1,2\n,4\n", "0"), "line 2, column 0: the label is missing"));
  EXPECT_TRUE(contains(message("1,2\n3,\"4\n5", "0"), "line 2 has a quote that is never closed"));
  EXPECT_TRUE(contains(message("1,2\n3,\"4\"5\n", "0"), "line 2 has text after a closing quote"));
  EXPECT_TRUE(contains(message("\n\n1,2\n\n\"a\nb\",x\n", "0"), "line 5, column 1 holds 'x'"));
}

TEST_F(ImportCsv, LabelColumnsThatAreNotThereAreUsageErrors) {
  EXPECT_TRUE(contains(message<UsageError>("1,2\n", "2"), "has no label column 2; wanted 0 to 1"));
  EXPECT_TRUE(contains(message<UsageError>("1,2\n", "-3"), "has no label column -3"));
  EXPECT_TRUE(contains(message<UsageError>("a,b\n1,2\n", "c"),
                       "no columns are named 'c'; the first line has: a, b"));
  EXPECT_TRUE(contains(message<UsageError>("a,a\n1,2\n", "a"), "several columns are named 'a'"));
}

}  // namespace
}  // namespace dtheta
