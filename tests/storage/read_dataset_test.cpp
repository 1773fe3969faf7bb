#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/hdf5_writer.hpp"
#include "support/messages.hpp"
#include "support/numbers.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

using hdf5::Storage;
using hdf5::Writer;
using test::contains;
using test::message_of;
using test::TemporaryFolder;
using Names = std::vector<std::string>;

/// Files as others lay them out, or as nobody should.
class ReadDataset : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder_ / "data.h5"; }

  /// What reading a file that `fill` made complains of, without the file's name.
  std::string complaint(const std::function<void(Writer&)>& fill) {
    make(fill);
    const std::string text = message_of<DataError>([&] { read_dataset(path()); });
    const std::string file = path().string() + ": ";
    return text.starts_with(file) ? text.substr(file.size()) : text;
  }
  void make(const std::function<void(Writer&)>& fill) {
    Writer file(path());
    fill(file);
    file.commit();
  }
  template <class U>
  static void add(Writer& file, const char* name, ElementType type, const Shape& shape,
                  const std::vector<U>& numbers) {
    ASSERT_EQ(static_cast<Size>(numbers.size()), shape.size());
    file.write_numbers(name, type, shape, std::as_bytes(std::span(numbers)), Storage::in_one_piece);
  }
  /// Three pictures of 2x2x1 in /train/x.
  static void add_x(Writer& file) {
    file.create_group("/train");
    add(file, "/train/x", ElementType::uint8, {3, 2, 2, 1}, count<std::uint8_t>(12));
  }

  TemporaryFolder folder_;
};

TEST_F(ReadDataset, LabelsOfEveryShapeAndWidthAreRead) {
  const auto labels = [&](ElementType type, const Shape& shape, const auto& numbers) {
    make([&](Writer& file) {
      add_x(file);
      add(file, "/train/y", type, shape, numbers);
    });
    const DatasetSplits splits = read_dataset(path());
    EXPECT_EQ(splits.train->class_names(), (Names{"0", "1", "2", "3"}));
    EXPECT_EQ(splits.preparation, std::nullopt);
    return std::vector<int>(splits.train->labels().begin(), splits.train->labels().end());
  };
  const std::vector<int> expected{3, 0, 2};
  EXPECT_EQ(labels(ElementType::uint8, {3}, std::vector<std::uint8_t>{3, 0, 2}), expected);
  EXPECT_EQ(labels(ElementType::int64, {3, 1}, std::vector<std::int64_t>{3, 0, 2}), expected);
  EXPECT_EQ(labels(ElementType::uint64, {1, 3}, std::vector<std::uint64_t>{3, 0, 2}), expected);
}

TEST_F(ReadDataset, RealTargetsAreClassesOnlyWhereClassesAreNamed) {
  const auto fill = [](Writer& file) {
    add_x(file);
    add(file, "/train/y", ElementType::float32, {3}, std::vector<float>{1, 0, 1});
  };
  make(fill);
  EXPECT_FALSE(read_dataset(path()).train->is_classification());
  EXPECT_EQ(read_dataset(path()).train->values()[2], 1);
  make([&](Writer& file) {
    fill(file);
    file.write_texts("/class_names", Names{"no", "yes"});
  });
  EXPECT_EQ(read_dataset(path()).train->class_names(), (Names{"no", "yes"}));
  EXPECT_EQ(read_dataset(path()).train->labels()[2], 1);
}

TEST_F(ReadDataset, PicturesWithoutChannelsGetOne) {
  make([](Writer& file) {
    file.create_group("/test");
    add(file, "/test/x", ElementType::int16, {2, 2, 3}, count<std::int16_t>(12));
    add(file, "/test/y", ElementType::int32, {2}, std::vector<std::int32_t>{1, 0});
  });
  EXPECT_EQ(read_dataset(path()).test->sample_shape(), (Shape{2, 3, 1}));
}

TEST_F(ReadDataset, TheCourseLayoutIsRead) {
  make([](Writer& file) {
    add(file, "/train_set_x", ElementType::uint8, {2, 1, 1, 3}, count<std::uint8_t>(6));
    add(file, "/train_set_y", ElementType::int64, {2, 1}, std::vector<std::int64_t>{0, 1});
    file.write_texts("/list_classes", Names{"non-cat", "cat"});
  });
  const DatasetSplits splits = read_dataset(path());
  EXPECT_FALSE(splits.test || splits.validation);
  EXPECT_EQ(splits.train->sample_shape(), (Shape{1, 1, 3}));
  EXPECT_EQ(splits.train->class_names(), (Names{"non-cat", "cat"}));
  EXPECT_EQ(splits.train->labels()[1], 1);
  EXPECT_EQ(splits.train->x()[5], std::byte{5});

  make([](Writer& file) {
    add(file, "/test_set_x", ElementType::uint8, {2, 1, 1, 3}, count<std::uint8_t>(6));
    add(file, "/test_set_y", ElementType::int64, {1, 2}, std::vector<std::int64_t>{1, 0});
  });
  EXPECT_EQ(read_dataset(path()).test->class_names(), (Names{"0", "1"}));
}

TEST_F(ReadDataset, AnUnknownLayoutIsShown) {
  EXPECT_EQ(complaint([](Writer& file) {
              file.create_group("/train");
              add(file, "/train/data", ElementType::uint8, {2, 3}, count<std::uint8_t>(6));
            }),
            "not a data set that dtheta knows: wanted /train/x and /train/y (and /test/..., "
            "/validation/...), or train_set_x and train_set_y (or test_set_...); found:\n"
            "/\n"
            "  train/\n"
            "    data  uint8 {2, 3}\n");
}

TEST_F(ReadDataset, WrongTargetsAreNamed) {
  const auto with_y = [&](ElementType type, const Shape& shape, const auto& numbers) {
    return complaint([&](Writer& file) {
      add_x(file);
      add(file, "/train/y", type, shape, numbers);
    });
  };
  using Bytes = std::vector<std::uint8_t>;
  using Longs = std::vector<std::int64_t>;
  EXPECT_EQ(complaint(&add_x), "/train/y is missing");
  EXPECT_EQ(with_y(ElementType::uint8, {2}, Bytes{0, 1}),
            "/train/y has 2 labels for 3 samples in /train/x");
  EXPECT_EQ(with_y(ElementType::uint8, {1, 2}, Bytes{0, 1}),
            "/train/y has 2 labels for 3 samples in /train/x");
  EXPECT_EQ(with_y(ElementType::uint8, {3, 2}, Bytes{0, 1, 1, 0, 0, 1}),
            "/train/y has 2 numbers a sample; wanted one class number");
  EXPECT_EQ(with_y(ElementType::uint8, {3, 1, 1}, Bytes{0, 1, 1}),
            "/train/y has the shape 3x1x1; wanted one row of targets a sample");
  EXPECT_EQ(with_y(ElementType::int64, {3}, Longs{0, -1, 1}),
            "/train/y has the label -1 for sample 1; wanted a whole number from 0 to 65,535");
  EXPECT_EQ(with_y(ElementType::int64, {3}, Longs{0, 1, Size{1} << 40}),
            "/train/y has the label 1099511627776 for sample 2; wanted a whole number from 0 to "
            "65,535");
  EXPECT_EQ(with_y(ElementType::float64, {3}, std::vector<double>{0, 1, NAN}),
            "/train/x: the target of sample 2 is nan at place 0; wanted finite numbers: clean the "
            "data first");
}

TEST_F(ReadDataset, LabelsBeyondTheNamedClassesAreNamed) {
  const auto with_names = [&](ElementType type, const auto& labels) {
    return complaint([&](Writer& file) {
      add_x(file);
      add(file, "/train/y", type, {3}, labels);
      file.write_texts("/class_names", Names{"no", "yes"});
    });
  };
  EXPECT_EQ(with_names(ElementType::uint8, std::vector<std::uint8_t>{0, 2, 1}),
            "/train/y has the label 2 for sample 1; wanted a whole number from 0 to 1");
  EXPECT_EQ(complaint([](Writer& file) {
              add_x(file);
              add(file, "/train/y", ElementType::uint8, {3}, count<std::uint8_t>(3));
              file.write_texts("/class_names", {});
            }),
            "/class_names names no class");
  EXPECT_EQ(with_names(ElementType::float32, std::vector<float>{0, 1, 0.5F}),
            "/train/y has the label 0.5 for sample 2; wanted a whole number from 0 to 1");
}

TEST_F(ReadDataset, WrongSamplesAreNamed) {
  const auto with = [&](const std::function<void(Writer&)>& more) {
    return complaint([&](Writer& file) {
      add_x(file);
      add(file, "/train/y", ElementType::uint8, {3}, std::vector<std::uint8_t>{0, 1, 2});
      more(file);
    });
  };
  EXPECT_EQ(with([](Writer& file) { file.set_text("/train/x", "layout", "NCHW"); }),
            "/train/x has the layout 'NCHW'; wanted NHWC: samples, height, width, channels");
  EXPECT_EQ(with([](Writer& file) { file.set_number("/train/x", "scale", 0.0); }),
            "/train/x has the scale 0; wanted a finite number other than 0");
  EXPECT_EQ(with([](Writer& file) { file.set_number("/", "format_version", 2.0); }),
            "/ has format version 2; this dtheta reads up to 1: use a newer one");
  EXPECT_EQ(with([](Writer& file) {
              file.create_group("/test");
              add(file, "/test/x", ElementType::uint8, {1, 4}, count<std::uint8_t>(4));
              add(file, "/test/y", ElementType::uint8, {1}, count<std::uint8_t>(1));
            }),
            "/test/x has samples of 4, but /train/x has 2x2x1");
  EXPECT_EQ(with([](Writer& file) {
              file.create_group("/test");
              add(file, "/test/x", ElementType::uint8, {1, 2, 2}, count<std::uint8_t>(4));
              add(file, "/test/y", ElementType::float32, {1}, count<float>(1));
            }),
            "/test/y holds float32, but /train/y holds uint8; wanted the same kind");
  EXPECT_EQ(complaint([](Writer& file) {
              add(file, "/train_set_x", ElementType::uint8, {0, 4}, count<std::uint8_t>(0));
            }),
            "/train_set_x holds no samples");
  EXPECT_EQ(complaint([](Writer& file) {
              add(file, "/train_set_x", ElementType::float32, {2, 1}, std::vector<float>{1, NAN});
              add(file, "/train_set_y", ElementType::uint8, {2}, count<std::uint8_t>(2));
            }),
            "/train_set_x: x of sample 1 is nan at place 0; wanted finite numbers: clean the data "
            "first");
}

}  // namespace
}  // namespace dtheta
