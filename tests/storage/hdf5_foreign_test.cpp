#include <algorithm>
#include <string>
#include <vector>

#include "foreign_hdf5.hpp"

namespace dtheta::hdf5 {
namespace {

using test::contains;
using test::message_of;

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

}  // namespace
}  // namespace dtheta::hdf5
