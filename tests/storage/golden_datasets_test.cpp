/// Data sets in each layout that is recognised: as h5py writes them (golden/write_datasets) and as
/// our own writer does.
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <hdf5.h>

#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "dtheta/storage/hdf5_writer.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;
using test::TemporaryFolder;
using Names = std::vector<std::string>;

const Names animals{"cat", "dog", "owl"};
const Names numbers{"0", "1", "2"};

/// One file and what it holds of the data set that golden/write_datasets describes.
struct Golden {
  const char* name;
  const char* rule;  ///< in a remark
  ElementType type = ElementType::uint8;
  Shape shape{6, 5, 3};
  Names classes = numbers;
  Names parts = {"train", "validation", "test"};
  DatasetReading reading = {};
};

void PrintTo(const Golden& golden, std::ostream* out) { *out << golden.name; }

std::vector<Golden> all_golden() {
  const Names train_test{"train", "test"};
  return {
      {.name = "own", .rule = "a group a part", .classes = animals},
      {.name = "course", .rule = "of the course", .classes = animals, .parts = train_test},
      {.name = "course_train", .rule = "of the course", .classes = animals, .parts = {"train"}},
      {.name = "course_test", .rule = "of the course", .classes = animals, .parts = {"test"}},
      {.name = "course_numbered", .rule = "of the course", .parts = {"train"}},
      {.name = "groups_val", .rule = "a group a part", .shape = {6, 5, 1}, .classes = animals},
      {.name = "groups_dev", .rule = "NCHW by the second", .type = ElementType::int16},
      {.name = "groups_valid", .rule = "a group a part", .type = ElementType::float64},
      {.name = "prefixed", .rule = "begin with the part", .classes = animals},
      {.name = "suffixed",
       .rule = "pictures by --input-shape",
       .reading = {.input_shape = Shape{6, 5, 3}}},
      {.name = "planes",
       .rule = "channel by channel",
       .type = ElementType::float32,
       .parts = train_test,
       .reading = {.layout = PictureLayout::nchw, .input_shape = Shape{6, 5, 3}}},
      {.name = "transposed_groups",
       .rule = "one for the targets",
       .type = ElementType::int32,
       .classes = animals},
      {.name = "pair", .rule = "one pair", .parts = {"train"}},
      {.name = "fuel", .rule = "Fuel's attribute split"},
      {.name = "unknown",
       .rule = "--x and --y",
       .parts = train_test,
       .reading = {.x = "/{split}/pics", .y = "/{split}/kinds"}},
  };
}

std::filesystem::path golden_path(const std::string& name) {
  return std::filesystem::path(DTHETA_GOLDEN_FOLDER) / (name + ".h5");
}

/// The number of a part, of the formulas in golden/write_datasets.
int part_number(const std::string& part) {
  return part == "train" ? 0 : part == "validation" ? 1 : 2;
}

void expect_part(const Golden& golden, const Dataset& data, const std::string& name) {
  SCOPED_TRACE(name);
  const int part = part_number(name);
  EXPECT_EQ(data.size(), (std::vector<Size>{5, 3, 2})[static_cast<std::size_t>(part)]);
  EXPECT_EQ(data.type(), golden.type);
  ASSERT_EQ(data.sample_shape(), golden.shape);
  EXPECT_EQ(data.class_names(), golden.classes);
  for (Size n = 0; n < data.size(); ++n) {
    EXPECT_EQ(data.labels()[static_cast<std::size_t>(n)], (n + part) % 3);
  }
  std::vector<Size> all(static_cast<std::size_t>(data.size()));
  std::iota(all.begin(), all.end(), Size{0});
  AlignedBuffer<double> x(data.size() * golden.shape.size());
  data.gather(all, InputPreparation{}, x.view(golden.shape.batch(data.size())), View<double>());
  const Size step = 3 / golden.shape[2];  // grey files keep one channel of three
  for (Size i = 0; i < x.size(); ++i) ASSERT_EQ(x[i], (7 * step * i + part) % 251) << i;
}

void expect_data(const Golden& golden, const DatasetSplits& splits) {
  const auto remarks = testing::PrintToString(splits.remarks);
  EXPECT_TRUE(contains(remarks, golden.rule));
  const std::vector<std::pair<std::string, const std::optional<Dataset>&>> parts{
      {"train", splits.train}, {"validation", splits.validation}, {"test", splits.test}};
  for (const auto& [name, part] : parts) {
    const bool wanted = std::ranges::count(golden.parts, name) > 0;
    EXPECT_EQ(part.has_value(), wanted) << name;
    if (part && wanted) expect_part(golden, *part, name);
  }
}

/// Copies groups, numbers and texts by our own writer.
void rewrite(const std::filesystem::path& from, const std::filesystem::path& to) {
  const hdf5::Reader source(from);
  hdf5::Writer copy(to);
  for (const auto& entry : source.entries({.levels = 2, .members = 100, .entries = 100})) {
    if (entry.kind == hdf5::ObjectKind::group) {
      copy.create_group(entry.path);
    } else if (source.holds_texts(entry.path)) {
      copy.write_texts(entry.path, source.read_texts(entry.path));
    } else {
      const hdf5::ArrayInfo info = source.describe(entry.path);
      copy.write_numbers(entry.path, info.type, info.shape, source.read_numbers(entry.path).span(),
                         hdf5::Storage::in_chunks_of_rows,
                         /*compression=*/4);
    }
  }
  copy.commit();
}

/// Copies Fuel's table, which our writer has no words for, with HDF5 itself.
void copy_split_table(const std::filesystem::path& from, const std::filesystem::path& to) {
  const hid_t source = H5Fopen(from.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t copy = H5Fopen(to.c_str(), H5F_ACC_RDWR, H5P_DEFAULT);
  const hid_t table = H5Aopen(source, "split", H5P_DEFAULT);
  const hid_t type = H5Aget_type(table);
  const hid_t space = H5Aget_space(table);
  std::vector<char> rows(H5Tget_size(type) *
                         static_cast<std::size_t>(H5Sget_simple_extent_npoints(space)));
  ASSERT_GE(H5Aread(table, type, rows.data()), 0);
  const hid_t made = H5Acreate2(copy, "split", type, space, H5P_DEFAULT, H5P_DEFAULT);
  ASSERT_GE(H5Awrite(made, type, rows.data()), 0);
  H5Aclose(made);
  H5Aclose(table);
  H5Sclose(space);
  H5Tclose(type);
  H5Fclose(copy);
  H5Fclose(source);
}

class GoldenDataset : public testing::TestWithParam<Golden> {};

TEST_P(GoldenDataset, IsReadAsH5pyWroteIt) {
  expect_data(GetParam(), read_dataset(golden_path(GetParam().name), GetParam().reading));
}

TEST_P(GoldenDataset, IsReadAsOurWriterWritesIt) {
  const TemporaryFolder folder;
  rewrite(golden_path(GetParam().name), folder / "copy.h5");
  if (GetParam().name == std::string("fuel")) {
    copy_split_table(golden_path("fuel"), folder / "copy.h5");
  }
  expect_data(GetParam(), read_dataset(folder / "copy.h5", GetParam().reading));
}

INSTANTIATE_TEST_SUITE_P(Layouts, GoldenDataset, testing::ValuesIn(all_golden()),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(GoldenDatasets, RealTargetsOfSeveralColumnsAreARegression) {
  const DatasetSplits splits = read_dataset(golden_path("regression"));
  for (const auto& [part, first] :
       {std::pair{&splits.train, 0}, {&splits.validation, 1}, {&splits.test, 2}}) {
    EXPECT_FALSE((*part)->is_classification());
    ASSERT_EQ((*part)->values_per_sample(), 2);
    for (Size n = 0; n < (*part)->size(); ++n) {
      const auto row = (*part)->values().subspan(static_cast<std::size_t>(2 * n), 2);
      EXPECT_EQ(row[0], static_cast<double>((n + first) % 3) / 4);
      EXPECT_EQ(row[1], -static_cast<double>((n + first) % 3) / 8);
    }
  }
}

TEST(GoldenDatasets, AnUnknownLayoutIsShownWithTheOptionsThatHelp) {
  const std::string message =
      message_of<UnknownLayout>([] { read_dataset(golden_path("unknown")); });
  for (const char* const part : {"unknown.h5: ", "--x", "--y", "--layout", "{split}",
                                 "  test/\n    kinds  int64 {2}\n    pics  uint8 {2, 6, 5, 3}\n"}) {
    EXPECT_TRUE(contains(message, part));
  }
}

}  // namespace
}  // namespace dtheta
