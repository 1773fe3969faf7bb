#include <algorithm>
#include <string>
#include <vector>

#include "foreign_hdf5.hpp"

namespace dtheta::hdf5 {
namespace {

using test::contains;
using test::message_of;
using test::read_file;
using test::write_file;

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

/// HDF5 would divide by an extent of 0 when it opens the dataset, and end the process.
TEST_F(ForeignHdf5, ChunksWithoutExtentAreTold) {
  const auto make_row = [](hid_t file) {
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    const hsize_t chunk[1] = {7};
    H5Pset_chunk(creation, 1, chunk);
    add_dataset(file, {20}, H5T_STD_I32LE, creation, H5T_NATIVE_INT, numbers_.data());
  };
  const auto check = [&](H5F_libver_t version, const std::string& bytes, std::size_t zero,
                         const char* complaint) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    H5Pset_libver_bounds(access, version, H5F_LIBVER_LATEST);
    make(make_row, access);
    EXPECT_EQ(Reader(path()).read_numbers("/x").size(), 80);
    std::string content = read_file(path());
    const auto at = content.find(bytes);
    ASSERT_NE(at, std::string::npos);
    content[at + zero] = 0;
    write_file(path(), content);
    EXPECT_EQ(message(), path().string() + ": /x " + complaint);
    EXPECT_EQ(Reader(path()).tree(), "/\n  x  (damaged)\n");
  };
  constexpr const char* extent_0 = "has damaged chunks: one of their extents is 0";
  check(H5F_LIBVER_EARLIEST, std::string("\7\0\0\0\4\0\0\0", 8), 0, extent_0);
  check(H5F_LIBVER_LATEST, "\2\1\7\4", 2, extent_0);
  check(H5F_LIBVER_EARLIEST, "\3\2\2", 2, "has a damaged header");  // no extents at all
}

/// HDF5 calls the failure one of input and output, but the content is at fault.
TEST_F(ForeignHdf5, AnAddressThatCannotBeIsDamage) {
  make_dataset(H5T_STD_I32LE);
  std::string content = read_file(path());
  const auto size = content.find(std::string("\x50\0\0\0\0\0\0\0", 8));  // of the numbers
  ASSERT_NE(size, std::string::npos);
  content[size - 1] = '\x7f';  // the address stands before
  content.replace(size - 8, 7, 7, '\xff');
  write_file(path(), content);
  EXPECT_TRUE(contains(message(), "/x cannot be read: "));
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

/// Whatever is done to one byte, the file is either read or refused.
TEST_F(ForeignHdf5, AnyByteMayBeDamaged) {
  make_dataset(H5T_STD_I32LE, chunked([](hid_t creation) { H5Pset_deflate(creation, 9); }));
  const std::string whole = read_file(path());
  int read = 0;
  int refused = 0;
  for (std::size_t at = 0; at < whole.size(); at += 5) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(at % 2 == 0 ? 0xff : damaged[at] ^ 1);
    write_file(path(), damaged);
    try {
      read += Reader(path()).read_numbers("/x").size() == 80;
    } catch (const Error&) {
      ++refused;
    }
  }
  EXPECT_GT(read, 20);
  EXPECT_GT(refused, 20);
}

}  // namespace
}  // namespace dtheta::hdf5
