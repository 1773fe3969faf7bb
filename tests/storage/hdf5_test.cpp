#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <hdf5.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "dtheta/storage/hdf5_writer.hpp"
#include "foreign_hdf5.hpp"
#include "support/file_size_limit.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta::hdf5 {
namespace {

namespace fs = std::filesystem;
using test::contains;
using test::message_of;
using test::read_file;
using test::TemporaryFolder;
using test::write_file;

template <class U>
std::span<const std::byte> bytes_of(const std::vector<U>& numbers) {
  return std::as_bytes(std::span(numbers));
}

/// Everything a Writer can write; 300,000 numbers of 8 bytes make several chunks, the last ragged.
void write_all(const fs::path& path) {
  std::vector<double> many(300'000);
  std::iota(many.begin(), many.end(), -0.5);
  Writer file(path);
  file.create_group("/g");
  file.write_numbers("/g/many", ElementType::float64, {100'000, 3}, bytes_of(many),
                     Storage::in_chunks_of_rows);
  file.write_numbers("/g/one", ElementType::int16, {}, bytes_of(std::vector<std::int16_t>{-7}),
                     Storage::in_chunks_of_rows);
  file.write_numbers("/g/none", ElementType::uint8, {0, 4}, {}, Storage::in_chunks_of_rows);
  file.write_numbers("/whole", ElementType::float32, {2, 2},
                     bytes_of(std::vector<float>{1, 2, 3, -4.5F}), Storage::in_one_piece);
  file.write_texts("/texts", std::vector<std::string>{"", "Größe", "a"});
  file.set_number("/g", "half", 0.5);
  file.set_number("/whole", "count", std::int64_t{-3});
  file.set_text("/", "long", std::string(100'000, 'x'));
  file.set_text("/", "empty", "");
  file.set_texts("/g", "names", std::vector<std::string>{"a", "bcd"});
  file.set_texts("/g", "no names", {});
  file.commit();
}

TEST(Hdf5, WhatIsWrittenIsRead) {
  const TemporaryFolder folder;
  write_all(folder / "a.h5");
  const Reader file(folder / "a.h5");
  EXPECT_EQ(file.describe("/g/many").shape, (Shape{100'000, 3}));
  EXPECT_EQ(file.describe("/g/many").type, ElementType::float64);
  const auto many = numbers_of<double>(file.read_numbers("/g/many"));
  ASSERT_EQ(many.size(), 300'000U);
  for (std::size_t i = 0; i < many.size(); ++i) {
    ASSERT_EQ(many[i], static_cast<double>(i) - 0.5);
  }
  EXPECT_EQ(file.describe("/g/one").shape, Shape{});
  EXPECT_EQ(numbers_of<std::int16_t>(file.read_numbers("/g/one")), (std::vector<std::int16_t>{-7}));
  EXPECT_EQ(file.describe("/g/none").shape, (Shape{0, 4}));
  EXPECT_EQ(file.read_numbers("/g/none").size(), 0);
  EXPECT_EQ(numbers_of<float>(file.read_numbers("whole")), (std::vector<float>{1, 2, 3, -4.5F}));
  EXPECT_EQ(file.read_texts("/texts"), (std::vector<std::string>{"", "Größe", "a"}));
  EXPECT_EQ(file.number("/g", "half"), 0.5);
  EXPECT_EQ(file.number("/whole", "count"), -3);
  EXPECT_EQ(file.text("/", "long"), std::string(100'000, 'x'));
  EXPECT_EQ(file.text("/", "empty"), "");
  EXPECT_EQ(file.members("/g"), (std::vector<std::string>{"many", "none", "one"}));
  EXPECT_EQ(file.members("/whole"), std::vector<std::string>());
  EXPECT_TRUE(file.is_group("/g") && file.is_group("/"));
  EXPECT_FALSE(file.is_group("/whole") || file.is_group("/x"));
}

TEST(Hdf5, WhatIsMissingIsNotThere) {
  const TemporaryFolder folder;
  write_all(folder / "a.h5");
  const Reader file(folder / "a.h5");
  EXPECT_TRUE(file.contains("/"));
  EXPECT_TRUE(file.contains("/g/many"));
  for (const char* name : {"/many", "/g/many/x", "/x/y", "/g/.", "/g/.."}) {
    EXPECT_FALSE(file.contains(name)) << name;
  }
  EXPECT_EQ(file.number("/g", "missing"), std::nullopt);
  EXPECT_EQ(file.number("/missing", "half"), std::nullopt);
  EXPECT_EQ(file.text("/g", "missing"), std::nullopt);
  EXPECT_EQ(message_of<DataError>([&] { file.describe("/x"); }),
            (folder / "a.h5").string() + ": /x is missing");
}

TEST(Hdf5, TheSameCallsGiveTheSameBytes) {
  const TemporaryFolder folder;
  write_all(folder / "a.h5");
  write_all(folder / "b.h5");
  EXPECT_TRUE(read_file(folder / "a.h5") == read_file(folder / "b.h5"));
}

TEST(Hdf5, NothingAppearsWithoutCommit) {
  const TemporaryFolder folder;
  {
    Writer file(folder / "a.h5");
    file.create_group("/g");
  }
  EXPECT_TRUE(fs::is_empty(folder.path()));
}

/// HDF5 by itself would crash at the end of the process.
TEST(Hdf5, AFullDiskIsAnErrorAndLeavesTheOldFile) {
  const TemporaryFolder folder;
  write_file(folder / "a.h5", "old");
  for (const rlim_t limit : {0UL, 100UL, 10'000UL, 1'000'000UL}) {
    const test::FileSizeLimit full(limit);
    EXPECT_TRUE(contains(message_of<InputOutputError>([&] { write_all(folder / "a.h5"); }),
                         "a.h5: writing failed: File too large"))
        << limit;
  }
  EXPECT_EQ(read_file(folder / "a.h5"), "old");
  EXPECT_EQ(std::distance(fs::directory_iterator(folder.path()), fs::directory_iterator()), 1);
}

/// What h5py makes a numpy array of bytes of; Keras wants its lists of names so.
TEST(Hdf5, ListsOfNamesHaveStringsOfFixedLength) {
  const TemporaryFolder folder;
  write_all(folder / "a.h5");
  const hid_t file = H5Fopen((folder / "a.h5").c_str(), H5F_ACC_RDONLY, H5P_DEFAULT);
  const hid_t names = H5Aopen_by_name(file, "/g", "names", H5P_DEFAULT, H5P_DEFAULT);
  const hid_t type = H5Aget_type(names);
  ASSERT_EQ(H5Tget_size(type), 3U);
  EXPECT_EQ(H5Aget_storage_size(names), 6U);
  std::string characters(6, '?');
  H5Aread(names, type, characters.data());
  EXPECT_EQ(characters, std::string("a\0\0bcd", 6));
  const hid_t none = H5Aopen_by_name(file, "/g", "no names", H5P_DEFAULT, H5P_DEFAULT);
  EXPECT_EQ(H5Aget_storage_size(none), 0U);
  H5Aclose(none);
  H5Tclose(type);
  H5Aclose(names);
  H5Fclose(file);
}

TEST(Hdf5, TheTreeShowsWhatIsThere) {
  const TemporaryFolder folder;
  write_all(folder / "a.h5");
  EXPECT_EQ(Reader(folder / "a.h5").tree(),
            "/\n"
            "  g/\n"
            "    many  float64 {100000, 3}\n"
            "    none  uint8 {0, 4}\n"
            "    one  int16 {}\n"
            "  texts  strings {3}\n"
            "  whole  float32 {2, 2}\n");
}

TEST(Hdf5, WhatIsNoHdf5FileIsTold) {
  const TemporaryFolder folder;
  write_file(folder / "text", "hello");
  write_file(folder / "empty", "");
  EXPECT_TRUE(contains(message_of<DataError>([&] { Reader(folder / "text"); }),
                       "text: cannot be read as HDF5: "));
  EXPECT_TRUE(contains(message_of<DataError>([&] { Reader(folder / "empty"); }),
                       "empty: cannot be read as HDF5: "));
  EXPECT_TRUE(contains(message_of<InputOutputError>([&] { Reader(folder / "missing"); }),
                       "missing: cannot be opened: No such file"));
  EXPECT_TRUE(
      contains(message_of<InputOutputError>([&] { Reader(folder.path()); }), "is a folder"));
  write_all(folder / "a.h5");
  EXPECT_TRUE(Reader::recognises(folder / "a.h5"));
  EXPECT_FALSE(Reader::recognises(folder / "text") || Reader::recognises(folder / "missing") ||
               Reader::recognises(folder.path()) || Reader::recognises("/dev/null"));
  EXPECT_TRUE(
      contains(message_of<InputOutputError>([] { Reader("/dev/null"); }), "is not a regular file"));
}

TEST(Hdf5, TruncationIsToldAtAnyLength) {
  const TemporaryFolder folder;
  write_all(folder / "a.h5");
  const std::string whole = read_file(folder / "a.h5");
  for (std::size_t length = 1; length < whole.size(); length += length < 5000 ? 61 : 99'991) {
    write_file(folder / "cut.h5", whole.substr(0, length));
    EXPECT_TRUE(contains(message_of<DataError>([&] { Reader(folder / "cut.h5"); }),
                         "cut.h5: cannot be read as HDF5: "))
        << length;
  }
}

TEST(Hdf5, OtherUsersOfTheLibraryKeepTheirSettings) {
  const TemporaryFolder folder;
  H5E_auto2_t before = nullptr;
  H5E_auto2_t after = nullptr;
  void* data = nullptr;
  unsigned plugins_before = 0;
  unsigned plugins_after = 1;
  H5Eget_auto2(H5E_DEFAULT, &before, &data);
  H5PLget_loading_state(&plugins_before);
  write_all(folder / "a.h5");
  EXPECT_THROW(Reader(folder / "a.h5").describe("/x"), DataError);
  H5Eget_auto2(H5E_DEFAULT, &after, &data);
  H5PLget_loading_state(&plugins_after);
  EXPECT_NE(before, nullptr);
  EXPECT_EQ(before, after);
  EXPECT_EQ(plugins_before, plugins_after);
}

}  // namespace
}  // namespace dtheta::hdf5
