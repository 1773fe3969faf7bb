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
  const std::string text = complaint([](Writer& file) {
    file.create_group("/train");
    add(file, "/train/data", ElementType::uint8, {2, 3}, count<std::uint8_t>(6));
  });
  EXPECT_TRUE(
      text.starts_with("no layout of a data set that dtheta knows: /train/data has no "
                       "targets beside it (y, label, labels, target, targets, outputs, "
                       "output). Name the samples by --x"));
  EXPECT_TRUE(contains(text, "--layout"));
  EXPECT_TRUE(
      text.ends_with("Found:\n"
                     "/\n"
                     "  train/\n"
                     "    data  uint8 {2, 3}\n"));
}

/// Samples {2, 3} and targets {2} at `x` and `y` in the root.
void add_pair(Writer& file, const std::string& x, const std::string& y) {
  const std::vector<std::uint8_t> numbers{0, 1, 2, 3, 4, 5};
  file.write_numbers(x, ElementType::uint8, {2, 3}, std::as_bytes(std::span(numbers)),
                     Storage::in_one_piece);
  file.write_numbers(y, ElementType::uint8, {2}, std::as_bytes(std::span(numbers).first(2)),
                     Storage::in_one_piece);
}

TEST_F(ReadDataset, NamesMayBeOfAnyCaseAndOfAnyWord) {
  for (const auto& [x, y] :
       std::vector<std::pair<std::string, std::string>>{{"/X_Train", "/Y_Train"},
                                                        {"/trainX", "/trainY"},
                                                        {"/xtrain", "/ytrain"},
                                                        {"/training_inputs", "/training_outputs"},
                                                        {"/Images", "/Labels"},
                                                        {"/features", "/target"},
                                                        {"/samples", "/label"}}) {
    make([&](Writer& file) { add_pair(file, x, y); });
    ASSERT_TRUE(read_dataset(path()).train) << x;
    EXPECT_EQ(read_dataset(path()).train->labels()[1], 1);
  }
}

TEST_F(ReadDataset, APartWithoutTargetsIsLeftOut) {
  make([](Writer& file) {
    add_pair(file, "/x_train", "/y_train");
    add(file, "/x_test", ElementType::uint8, {2, 3}, count<std::uint8_t>(6));
  });
  EXPECT_FALSE(read_dataset(path()).test);
  EXPECT_EQ(read_dataset(path()).remarks.back(),
            "left out: /x_test, which has no targets beside it");
}

TEST_F(ReadDataset, SeveralCandidatesAreNamed) {
  EXPECT_EQ(complaint([](Writer& file) {
              add_pair(file, "/images", "/labels");
              add_pair(file, "/features", "/targets");
            }),
            "/images, /features could each be the samples for train; choose by --x and --y");
  EXPECT_EQ(complaint([](Writer& file) {
              for (const char* const group : {"/val", "/dev"}) {
                file.create_group(group);
                add_pair(file, group + std::string("/x"), group + std::string("/y"));
              }
            }),
            "/val/x, /dev/x could each be the samples for validation; choose by --x and --y");
  EXPECT_EQ(read_dataset(path(), {.x = "/dev/x", .y = "/dev/y"}).train->size(), 2);
}

TEST_F(ReadDataset, WhatTheCallerNamesMustBeThere) {
  make([](Writer& file) { add_pair(file, "/a", "/b"); });
  const auto says = [&](const DatasetReading& reading, const char* part) {
    EXPECT_TRUE(contains(message_of<Error>([&] { read_dataset(path(), reading); }), part));
  };
  says({.x = "/a"}, "--x and --y belong together");
  says({.x = "/{split}/a", .y = "/b"}, "wanted {split} in both or in neither");
  says({.x = "/{split}/a", .y = "/{split}/b"}, "holds no /{split}/a with train");
  says({.x = "/c", .y = "/b"}, "data.h5: /c is missing");
  says({.x = "/a", .y = "/c"}, "data.h5: /c is missing");
  says({.x = "/a", .y = "/b", .layout = PictureLayout::nchw},
       "/a has the shape 2x3; wanted 4 axes for NCHW, which --layout says");
  says({.x = "/a", .y = "/b", .input_shape = Shape{2, 2, 1}},
       "/a has rows of 3 numbers, which are no pictures of --input-shape 2x2x1");
  EXPECT_EQ(
      read_dataset(path(), {.x = "/a", .y = "/b", .task = Task::regression}).train->values()[1], 1);
}

TEST_F(ReadDataset, TheOrderOfAxesIsWhatIsSaidOrWhatTheExtentsTell) {
  const auto shape = [&](const Shape& stored, const DatasetReading& reading = {},
                         const char* attribute = nullptr) {
    make([&](Writer& file) {
      add_pair(file, "/unused", "/y");
      add(file, "/x", ElementType::uint8, stored, count<std::uint8_t>(stored.size()));
      if (attribute != nullptr) file.set_text("/x", "layout", attribute);
    });
    return read_dataset(path(), reading).train->sample_shape();
  };
  EXPECT_EQ(shape({2, 3, 5, 6}), (Shape{5, 6, 3}));
  EXPECT_EQ(shape({2, 1, 5, 6}), (Shape{5, 6, 1}));
  EXPECT_EQ(shape({2, 3, 5, 4}), (Shape{3, 5, 4}));
  EXPECT_EQ(shape({2, 2, 5, 6}), (Shape{2, 5, 6}));
  EXPECT_EQ(shape({2, 3, 5, 6}, {.layout = PictureLayout::nhwc}), (Shape{3, 5, 6}));
  EXPECT_EQ(shape({2, 2, 5, 6}, {.layout = PictureLayout::nchw}), (Shape{5, 6, 2}));
  EXPECT_EQ(shape({2, 3, 5, 6}, {}, "NHWC"), (Shape{3, 5, 6}));
  EXPECT_EQ(shape({2, 2, 5, 6}, {}, "NCHW"), (Shape{5, 6, 2}));
  EXPECT_EQ(shape({2, 2, 5, 6}, {.layout = PictureLayout::nhwc}, "NCHW"), (Shape{2, 5, 6}));
  EXPECT_EQ(shape({2, 5, 6}, {.layout = PictureLayout::nhw}), (Shape{5, 6, 1}));
  EXPECT_EQ(shape({2, 5}), Shape{5});
  EXPECT_EQ(shape({2}), Shape{1});
}

TEST_F(ReadDataset, PlanesOfEveryWidthAreInterleaved) {
  const auto first_pixels = [&]<class U>(ElementType type, U) {
    make([&](Writer& file) {
      add_pair(file, "/unused", "/y");
      add(file, "/x", type, {2, 3, 5, 7}, count<U>(210));
    });
    const Dataset data = *read_dataset(path()).train;
    AlignedBuffer<double> x(105);
    data.gather(std::vector<Size>{1}, InputPreparation{}, x.view({1, 5, 7, 3}), View<double>());
    return std::vector<double>{x[0], x[1], x[2], x[3], x[104]};
  };
  const std::vector<double> expected{105, 140, 175, 106, 209};
  EXPECT_EQ(first_pixels(ElementType::uint8, std::uint8_t{}), expected);
  EXPECT_EQ(first_pixels(ElementType::int16, std::int16_t{}), expected);
  EXPECT_EQ(first_pixels(ElementType::float32, float{}), expected);
  EXPECT_EQ(first_pixels(ElementType::int64, std::int64_t{}), expected);
}

TEST_F(ReadDataset, OneHotRowsAreClasses) {
  const auto with_y = [&](const std::vector<float>& y, const DatasetReading& reading = {}) {
    make([&](Writer& file) {
      add_x(file);
      add(file, "/train/y", ElementType::float32, {3, 2}, y);
    });
    return *read_dataset(path(), reading).train;
  };
  const std::vector<float> rows{0, 1, 1, 0, 0, 1};
  EXPECT_EQ(with_y(rows).classes(), 2);
  EXPECT_EQ(with_y(rows).labels()[0], 1);
  EXPECT_EQ(with_y(rows, {.task = Task::regression}).values_per_sample(), 2);
  EXPECT_FALSE(with_y({0, 1, 1, 0, 1, 1}).is_classification());
  EXPECT_FALSE(with_y({0, 1, 1, 0, 0, 0.5F}).is_classification());
}

TEST_F(ReadDataset, ClassListsAreTextsOrNumbers) {
  const auto with_list = [&](const std::vector<std::int64_t>& list) {
    return [&, list](Writer& file) {
      add_x(file);
      add(file, "/train/y", ElementType::int64, {3}, std::vector<std::int64_t>{30, 10, 30});
      add(file, "/classes", ElementType::int64, {static_cast<Size>(list.size())}, list);
    };
  };
  make(with_list({10, 20, 30}));
  EXPECT_EQ(read_dataset(path()).train->class_names(), (Names{"10", "20", "30"}));
  EXPECT_EQ(read_dataset(path()).train->labels()[0], 2);
  EXPECT_EQ(complaint(with_list({10, 20})),
            "/train/y has the label 30 for sample 0, which the file's list of classes does not "
            "have");
  EXPECT_TRUE(contains(complaint([](Writer& file) {
                         add_x(file);
                         add(file, "/train/y", ElementType::uint8, {3}, count<std::uint8_t>(3));
                         add(file, "/classes", ElementType::float32, {2}, count<float>(2));
                       }),
                       "/classes lists classes as 2 numbers of type float32; wanted texts"));
}

TEST_F(ReadDataset, TextsAreClasses) {
  const auto fill = [](const Names& texts, const Names& list) {
    return [=](Writer& file) {
      add_x(file);
      file.write_texts("/train/y", texts);
      if (!list.empty()) file.write_texts("/class_names", list);
    };
  };
  make(fill({"owl", "cat", "owl"}, {}));
  EXPECT_EQ(read_dataset(path()).train->class_names(), (Names{"cat", "owl"}));
  EXPECT_EQ(read_dataset(path()).train->labels()[0], 1);
  EXPECT_EQ(complaint(fill({"owl", "cat", "fox"}, {"cat", "owl"})),
            "/train/y has the label 'fox' for sample 2, which the file's list of classes does not "
            "have");
  EXPECT_EQ(complaint(fill({"owl", "cat"}, {})), "/train/y has 2 labels for 3 samples in /train/x");
  EXPECT_EQ(complaint(fill({"owl", "cat", "owl"}, {"owl", "cat", "owl"})),
            "/train/y holds texts, but the file's list of classes repeats one");
  EXPECT_TRUE(
      contains(message_of<DataError>([&] { read_dataset(path(), {.task = Task::regression}); }),
               "/train/y holds texts; wanted numbers for a regression"));
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
  EXPECT_TRUE(contains(complaint(&add_x), "/train/x has no targets beside it"));
  EXPECT_EQ(with_y(ElementType::uint8, {2}, Bytes{0, 1}),
            "/train/y has 2 labels for 3 samples in /train/x");
  EXPECT_EQ(with_y(ElementType::uint8, {1, 2}, Bytes{0, 1}),
            "/train/y has 2 labels for 3 samples in /train/x");
  EXPECT_EQ(with_y(ElementType::uint8, {3, 2}, Bytes{0, 1, 1, 0, 1, 1}),
            "/train/y has 2 numbers a sample, which are not one-hot; wanted one class number, or "
            "--task regression");
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
  EXPECT_EQ(with([](Writer& file) { file.set_text("/train/x", "layout", "HWC"); }),
            "/train/x has the layout 'HWC'; wanted NHW, NHWC or NCHW, or say it by --layout");
  EXPECT_EQ(with([](Writer& file) { file.set_text("/train/x", "layout", "NHW"); }),
            "/train/x has the shape 3x2x2x1; wanted 3 axes for NHW, which the attribute layout "
            "says");
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
              add(file, "/train_set_y", ElementType::uint8, {0}, count<std::uint8_t>(0));
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
