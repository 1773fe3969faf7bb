#include <cstring>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <hdf5.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "dtheta/storage/hdf5_writer.hpp"
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

template <class U>
std::vector<U> numbers_of(const AlignedBuffer<std::byte>& bytes) {
  std::vector<U> numbers(static_cast<std::size_t>(bytes.size()) / sizeof(U));
  std::memcpy(numbers.data(), bytes.data(), static_cast<std::size_t>(bytes.size()));
  return numbers;
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

/// Files as others write them, or as nobody should.
class ForeignHdf5 : public testing::Test {
 protected:
  fs::path path() const { return folder_ / "foreign.h5"; }

  void make(const std::function<void(hid_t)>& fill) {
    const hid_t file = H5Fcreate(path().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    ASSERT_GE(file, 0);
    fill(file);
    ASSERT_GE(H5Fclose(file), 0);
  }

  /// A dataset "x" of 4x5 numbers with `values` of `memory_type` in it; none are written for null.
  void make_dataset(hid_t type, hid_t creation = H5P_DEFAULT, hid_t memory_type = H5T_NATIVE_INT,
                    const void* values = numbers_.data()) {
    make([&](hid_t file) { add_dataset(file, {4, 5}, type, creation, memory_type, values); });
  }

  static void add_dataset(hid_t file, const std::vector<hsize_t>& extents, hid_t type,
                          hid_t creation, hid_t memory_type, const void* values) {
    const hid_t space = H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr);
    const hid_t dataset = H5Dcreate2(file, "x", type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    ASSERT_GE(dataset, 0);
    if (values != nullptr) {
      ASSERT_GE(H5Dwrite(dataset, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), 0);
    }
    H5Dclose(dataset);
    H5Sclose(space);
  }

  /// Creation properties with chunks of 2x2 numbers.
  static hid_t chunked(const std::function<void(hid_t)>& more) {
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[2] = {2, 2};
    H5Pset_chunk(creation, 2, chunk);
    more(creation);
    return creation;
  }

  std::string message(const char* object = "/x") {
    return message_of<DataError>([&] { Reader(path()).read_numbers(object); });
  }

  static std::vector<int> count() {
    std::vector<int> numbers(20);
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
  }

  inline static const std::vector<int> numbers_ = count();
  TemporaryFolder folder_;
};

TEST_F(ForeignHdf5, EveryByteOrderBecomesTheNativeOne) {
  make_dataset(H5T_STD_I16BE);
  EXPECT_EQ(Reader(path()).describe("/x").type, ElementType::int16);
  const std::vector<std::int16_t> expected(numbers_.begin(), numbers_.end());
  EXPECT_EQ(numbers_of<std::int16_t>(Reader(path()).read_numbers("/x")), expected);
  make_dataset(H5T_IEEE_F64BE);
  EXPECT_EQ(Reader(path()).describe("/x").type, ElementType::float64);
  EXPECT_EQ(numbers_of<double>(Reader(path()).read_numbers("/x"))[19], 19);
}

TEST_F(ForeignHdf5, DeflateShuffleAndChecksumsAreRead) {
  make_dataset(H5T_STD_U32LE, chunked([](hid_t creation) {
                 H5Pset_shuffle(creation);
                 H5Pset_deflate(creation, 9);
                 H5Pset_fletcher32(creation);
               }));
  const auto read = numbers_of<std::uint32_t>(Reader(path()).read_numbers("/x"));
  EXPECT_TRUE(std::ranges::equal(read, numbers_));
}

TEST_F(ForeignHdf5, OtherFiltersAreNamed) {
  make_dataset(H5T_STD_I32LE, chunked([](hid_t creation) {
                 H5Pset_filter(creation, 32000, H5Z_FLAG_OPTIONAL, 0, nullptr);
               }));
  EXPECT_TRUE(contains(message(), "foreign.h5: /x is packed with the filter 32000"));
  make_dataset(H5T_STD_I32LE, chunked([](hid_t creation) {
                 H5Pset_scaleoffset(creation, H5Z_SO_INT, H5Z_SO_INT_MINBITS_DEFAULT);
               }));
  EXPECT_TRUE(contains(message(), "/x is packed with the filter 6 (scaleoffset)"));
  make_dataset(H5T_STD_I32LE, chunked([](hid_t creation) {
                 H5Pset_deflate(creation, 9);
                 H5Pset_deflate(creation, 9);
               }));
  EXPECT_TRUE(contains(message(), "/x is packed with deflate more than once"));
}

TEST_F(ForeignHdf5, LinksThatAreNotHardAreRefused) {
  make([&](hid_t file) {
    add_dataset(file, {4, 5}, H5T_STD_I32LE, H5P_DEFAULT, H5T_NATIVE_INT, numbers_.data());
    H5Lcreate_hard(file, "/x", file, "hard", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_soft("/x", file, "soft", H5P_DEFAULT, H5P_DEFAULT);
    H5Lcreate_external("/etc/hostname", "/x", file, "outside", H5P_DEFAULT, H5P_DEFAULT);
  });
  const Reader file(path());
  EXPECT_EQ(file.read_numbers("/hard").size(), 80);
  EXPECT_TRUE(contains(message("/soft"), "/soft is behind 'soft', a soft link; only hard links"));
  EXPECT_TRUE(contains(message("/outside/y"), "/outside/y is behind 'outside', an external link"));
  EXPECT_EQ(file.tree(),
            "/\n"
            "  hard  int32 {4, 5}\n"
            "  outside  (a link, not followed)\n"
            "  soft  (a link, not followed)\n"
            "  x  int32 {4, 5}\n");
}

TEST_F(ForeignHdf5, NumbersInOtherFilesAreRefused) {
  const std::string raw = folder_ / "raw";
  write_file(raw, std::string(80, '\1'));
  hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_external(creation, raw.c_str(), 0, 80);
  make_dataset(H5T_STD_I32LE, creation, H5T_NATIVE_INT, nullptr);
  EXPECT_TRUE(contains(message(), "/x keeps its numbers in another file"));

  creation = H5Pcreate(H5P_DATASET_CREATE);
  const hsize_t extents[2] = {4, 5};
  const hid_t space = H5Screate_simple(2, extents, nullptr);
  H5Pset_virtual(creation, space, raw.c_str(), "/y", space);
  make_dataset(H5T_STD_I32LE, creation, H5T_NATIVE_INT, nullptr);
  EXPECT_TRUE(contains(message(), "/x is a virtual dataset"));
  EXPECT_TRUE(contains(Reader(path()).tree(), "x  is a virtual dataset"));
}

TEST_F(ForeignHdf5, TypesThatAreNotNumbersAreNamed) {
  hid_t half = H5Tcopy(H5T_IEEE_F32LE);
  H5Tset_fields(half, 15, 10, 5, 0, 10);
  H5Tset_size(half, 2);
  H5Tset_ebias(half, 15);
  make_dataset(half);
  EXPECT_TRUE(contains(message(),
                       "/x holds floating-point numbers of an unusual kind (16 bits); "
                       "wanted whole numbers of 8 to 64 bits, float32 or float64"));
  const hid_t narrow = H5Tcopy(H5T_STD_I32LE);
  H5Tset_precision(narrow, 17);
  make_dataset(narrow);
  EXPECT_TRUE(contains(message(), "/x holds integers of an unusual kind (32 bits)"));
  const hid_t compound = H5Tcreate(H5T_COMPOUND, 4);
  H5Tinsert(compound, "r", 0, H5T_STD_I32LE);
  make_dataset(compound, H5P_DEFAULT, compound);
  EXPECT_TRUE(contains(message(), "/x holds compounds"));
  const hid_t enumeration = H5Tenum_create(H5T_STD_I8LE);
  const signed char no = 0;
  H5Tenum_insert(enumeration, "FALSE", &no);
  make_dataset(enumeration, H5P_DEFAULT, enumeration);
  EXPECT_TRUE(contains(message(), "/x holds an enumeration"));
  make_dataset(H5T_STD_REF_OBJ, H5P_DEFAULT, H5T_STD_REF_OBJ, nullptr);
  EXPECT_TRUE(contains(message(), "/x holds references"));
  make_dataset(H5Tvlen_create(H5T_STD_I8LE), H5P_DEFAULT, H5P_DEFAULT, nullptr);
  EXPECT_TRUE(contains(message(), "/x holds sequences of varying length"));
  make_dataset(H5T_C_S1, H5P_DEFAULT, H5T_C_S1);
  EXPECT_TRUE(contains(message(), "/x holds strings"));
  make([](hid_t file) { H5Gclose(H5Gcreate2(file, "x", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT)); });
  EXPECT_TRUE(contains(message(), "/x is not a dataset"));
  EXPECT_TRUE(contains(message_of<DataError>([&] { Reader(path()).read_texts("/x"); }),
                       "/x is not a dataset"));
  make_dataset(H5T_STD_I32LE);
  EXPECT_TRUE(contains(message_of<DataError>([&] { Reader(path()).read_texts("/x"); }),
                       "/x holds int32; wanted strings"));
}

TEST_F(ForeignHdf5, ShapesThatCannotBeAreRefused) {
  make([](hid_t file) {
    add_dataset(file, {1, 1, 1, 1, 1, 1}, H5T_STD_I32LE, H5P_DEFAULT, H5T_NATIVE_INT,
                numbers_.data());
  });
  EXPECT_TRUE(contains(message(), "/x has 6 axes; wanted at most 5"));
  make([](hid_t file) {
    const hid_t empty = H5Screate(H5S_NULL);
    H5Dclose(H5Dcreate2(file, "x", H5T_STD_I32LE, empty, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Sclose(empty);
  });
  EXPECT_TRUE(contains(message(), "/x is empty"));
}

TEST_F(ForeignHdf5, NumbersThatTheFileDoesNotHoldCostNoMemory) {
  const auto make_claim = [&](std::vector<hsize_t> extents, hid_t creation) {
    make([&](hid_t file) {
      add_dataset(file, extents, H5T_STD_I32LE, creation, H5T_NATIVE_INT, nullptr);
    });
  };
  make_claim({4, 5}, H5P_DEFAULT);
  EXPECT_TRUE(contains(message(), "/x was never written: the file stores no number of it"));
  make_claim({1UL << 40, 1UL << 20}, H5P_DEFAULT);
  EXPECT_TRUE(contains(message(), "/x was never written"));
  make_claim({1UL << 40, 1UL << 20}, chunked([](hid_t) {}));
  EXPECT_TRUE(contains(message(), "/x was never written"));
  make_claim({1UL << 40, 1UL << 40}, chunked([](hid_t) {}));
  EXPECT_TRUE(contains(message(), "/x has a shape that is too large to be true"));
}

TEST_F(ForeignHdf5, EveryChunkMustHaveBeenWritten) {
  make([&](hid_t file) {
    const hsize_t extents[2] = {4, 5};
    const hsize_t most[2] = {H5S_UNLIMITED, 5};
    const hid_t space = H5Screate_simple(2, extents, most);
    const hid_t dataset =
        H5Dcreate2(file, "x", H5T_STD_I32LE, space, H5P_DEFAULT,
                   chunked([](hid_t creation) { H5Pset_deflate(creation, 9); }), H5P_DEFAULT);
    H5Dwrite(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers_.data());
    const hsize_t grown[2] = {1'000'000, 5};
    H5Dset_extent(dataset, grown);
    H5Dclose(dataset);
    H5Sclose(space);
  });
  EXPECT_TRUE(contains(message(), "/x has 6 of its 1,500,000 chunks written; wanted all"));
}

TEST_F(ForeignHdf5, ChunksMayNotClaimMoreThanDeflateCanPack) {
  make([&](hid_t file) {
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t extents[1] = {1'000'000};
    H5Pset_chunk(creation, 1, extents);
    H5Pset_deflate(creation, 9);
    const hid_t space = H5Screate_simple(1, extents, nullptr);
    const hid_t dataset =
        H5Dcreate2(file, "x", H5T_STD_I32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    const hsize_t origin[1] = {0};
    const std::string lie(100, 'x');
    H5Dwrite_chunk(dataset, H5P_DEFAULT, 0, origin, lie.size(), lie.data());
    H5Dclose(dataset);
    H5Sclose(space);
  });
  EXPECT_TRUE(
      contains(message(), "/x claims 4,000,000 bytes of numbers, but the file stores 100 for it"));
}

TEST_F(ForeignHdf5, DamagedChunksAreTold) {
  make_dataset(H5T_STD_I32LE, chunked([](hid_t creation) { H5Pset_fletcher32(creation); }));
  std::string content = read_file(path());
  const std::string first_chunk{0, 0, 0, 0, 1, 0, 0, 0, 5, 0, 0, 0, 6, 0, 0, 0};
  const auto at = content.find(first_chunk);
  ASSERT_NE(at, std::string::npos);
  content[at] = 1;
  write_file(path(), content);
  EXPECT_TRUE(contains(message(), "/x cannot be read: "));
}

TEST_F(ForeignHdf5, StringsOfEveryKindAreRead) {
  const hid_t variable = H5Tcopy(H5T_C_S1);
  H5Tset_size(variable, H5T_VARIABLE);
  const std::vector<const char*> words(20, "word");
  make_dataset(variable, H5P_DEFAULT, variable, words.data());
  EXPECT_EQ(Reader(path()).read_texts("/x"), std::vector<std::string>(20, "word"));
  for (const H5T_str_t padding : {H5T_STR_NULLTERM, H5T_STR_NULLPAD, H5T_STR_SPACEPAD}) {
    const hid_t fixed = H5Tcopy(H5T_C_S1);
    H5Tset_size(fixed, 4);
    H5Tset_strpad(fixed, padding);
    std::string characters;
    for (int i = 0; i < 20; ++i) {
      characters += padding == H5T_STR_SPACEPAD ? "ab  " : std::string("ab\0\0", 4);
    }
    make_dataset(fixed, H5P_DEFAULT, fixed, characters.data());
    EXPECT_EQ(Reader(path()).read_texts("/x"), std::vector<std::string>(20, "ab"));
  }
}

TEST_F(ForeignHdf5, AttributesOfTheWrongKindAreNamed) {
  make([](hid_t file) {
    const hsize_t extents[1] = {3};
    const hid_t space = H5Screate_simple(1, extents, nullptr);
    const hid_t attribute =
        H5Acreate2(file, "three", H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT);
    H5Awrite(attribute, H5T_NATIVE_INT, numbers_.data());
    H5Aclose(attribute);
    H5Sclose(space);
  });
  const Reader file(path());
  EXPECT_TRUE(contains(message_of<DataError>([&] { file.number("/", "three"); }),
                       "foreign.h5: /, attribute three is 3 of int32; wanted one number"));
  EXPECT_TRUE(contains(message_of<DataError>([&] { file.text("/", "three"); }),
                       "is 3 of int32; wanted one string"));
}

TEST_F(ForeignHdf5, TheTreeOfAGroupInItselfEnds) {
  make([](hid_t file) {
    const hid_t group = H5Gcreate2(file, "a\nb\x1b[31m", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    for (int i = 0; i < 9; ++i) {
      H5Lcreate_hard(file, "/", group, std::to_string(i).c_str(), H5P_DEFAULT, H5P_DEFAULT);
    }
    H5Gclose(group);
  });
  const std::string tree = Reader(path()).tree();
  EXPECT_TRUE(tree.starts_with("/\n  a?b?[31m/\n    0/\n      a?b?[31m/\n")) << tree;
  EXPECT_TRUE(tree.ends_with("...\n"));
  EXPECT_LT(std::ranges::count(tree, '\n'), 50);
}

}  // namespace
}  // namespace dtheta::hdf5
