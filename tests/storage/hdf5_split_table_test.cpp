/// Fuel's table of splits as it should not be.
#include <limits>

#include "dtheta/storage/dataset_file.hpp"
#include "foreign_hdf5.hpp"

namespace dtheta::hdf5 {
namespace {

using test::contains;
using test::message_of;

/// A row as Fuel lays it out, but for the parts that dtheta does not read.
struct Row {
  char split[8];
  char source[10];
  std::int64_t start;
  std::int64_t stop;
  hobj_ref_t indices;
};

class SplitTable : public ForeignHdf5 {
 protected:
  /// features {4, 5} and targets {4}, cut by `rows` whose type is `type`.
  void make_fuel(const std::vector<Row>& rows, hid_t type = row_type(H5T_NATIVE_INT64)) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, H5F_LIBVER_LATEST, H5F_LIBVER_LATEST);  // for long tables
    const auto fill = [&](hid_t file) {
      add(file, "features", {4, 5});
      add(file, "targets", {4});
      const hsize_t count[1] = {rows.size()};
      const hid_t space = H5Screate_simple(1, count, nullptr);
      const hid_t table = H5Acreate2(file, "split", type, space, H5P_DEFAULT, H5P_DEFAULT);
      ASSERT_GE(H5Awrite(table, type, rows.data()), 0);
      H5Aclose(table);
      H5Sclose(space);
    };
    make(fill, access);
    H5Pclose(access);
  }

  static hid_t row_type(hid_t start) {
    const hid_t split = H5Tcopy(H5T_C_S1);
    H5Tset_size(split, 8);
    const hid_t source = H5Tcopy(H5T_C_S1);
    H5Tset_size(source, 10);
    const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(Row));
    H5Tinsert(type, "split", 0, split);
    H5Tinsert(type, "source", 8, source);
    H5Tinsert(type, "start", offsetof(Row, start), start);
    H5Tinsert(type, "stop", offsetof(Row, stop), H5T_NATIVE_INT64);
    H5Tinsert(type, "indices", offsetof(Row, indices), H5T_STD_REF_OBJ);
    return type;
  }

  std::string complaint() {
    return message_of<DataError>([&] { read_dataset(path()); });
  }

  static std::vector<Row> rows(std::int64_t start, std::int64_t stop) {
    return {{"train", "features", start, stop, 0}, {"train", "targets", start, stop, 0}};
  }

 private:
  static void add(hid_t file, const char* name, const std::vector<hsize_t>& extents) {
    const hid_t space = H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr);
    const hid_t made =
        H5Dcreate2(file, name, H5T_STD_I32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Dwrite(made, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers_.data());
    H5Dclose(made);
    H5Sclose(space);
  }
};

TEST_F(SplitTable, CutsTheRows) {
  make_fuel(rows(1, 3));
  const DatasetSplits splits = read_dataset(path());
  EXPECT_EQ(splits.train->size(), 2);
  EXPECT_EQ(splits.train->labels()[0], 1);
  EXPECT_EQ(splits.train->x()[0], std::byte{5});
  EXPECT_FALSE(splits.test);
}

TEST_F(SplitTable, RowsThatAreNotThereAreNamed) {
  make_fuel(rows(2, 5));
  EXPECT_TRUE(contains(complaint(), "/features has 4 rows; wanted those from 2 to 4"));
  make_fuel(rows(0, std::numeric_limits<std::int64_t>::max()));
  EXPECT_TRUE(contains(complaint(), "/features has 4 rows; wanted those from 0 to"));
  make_fuel({{"train", "features", 0, 2, 0}, {"train", "targets", 1, 3, 0}});
  EXPECT_TRUE(contains(complaint(), "gives train other rows of features than of targets"));
  make_fuel({{"train", "../x", 0, 2, 0}, {"train", "targets", 0, 2, 0}});
  EXPECT_EQ(read_dataset(path()).train->size(), 4);  // no such source: the pair itself
}

TEST_F(SplitTable, NegativeRowsAreNone) {
  make_fuel(rows(std::numeric_limits<std::int64_t>::min(), 4));
  EXPECT_EQ(read_dataset(path()).train->size(), 4);  // the pair itself
}

TEST_F(SplitTable, IndicesAreRefused) {
  make_fuel({{"train", "features", 0, 2, 96}, {"train", "targets", 0, 2, 0}});
  EXPECT_TRUE(contains(complaint(), "lists the rows of train by their indices"));
}

TEST_F(SplitTable, ALongTableIsNotBelieved) {
  make_fuel(std::vector<Row>(10'001, rows(0, 4).front()));
  EXPECT_TRUE(contains(complaint(), "attribute split has 10,001 rows; wanted at most 10,000"));
}

TEST_F(SplitTable, ATableOfAnotherKindIsNamed) {
  make_fuel(rows(0, 4), row_type(H5T_STD_REF_OBJ));
  EXPECT_TRUE(contains(complaint(), "attribute split is no table of splits: wanted the members"));
}

}  // namespace
}  // namespace dtheta::hdf5
