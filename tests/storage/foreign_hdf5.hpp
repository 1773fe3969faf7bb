/// HDF5 files as others write them, or as nobody should.
#pragma once

#include <cstring>
#include <filesystem>
#include <functional>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <hdf5.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta::hdf5 {

/// What a Reader read, as numbers.
template <class U>
std::vector<U> numbers_of(const AlignedBuffer<std::byte>& bytes) {
  std::vector<U> numbers(static_cast<std::size_t>(bytes.size()) / sizeof(U));
  std::memcpy(numbers.data(), bytes.data(), static_cast<std::size_t>(bytes.size()));
  return numbers;
}

/// Writes one file with HDF5 itself and reads it with a Reader.
class ForeignHdf5 : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder_ / "foreign.h5"; }

  void make(const std::function<void(hid_t)>& fill, hid_t access = H5P_DEFAULT) {
    const hid_t file = H5Fcreate(path().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access);
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
    return test::message_of<DataError>([&] { Reader(path()).read_numbers(object); });
  }

  static std::vector<int> count() {
    std::vector<int> numbers(20);
    std::iota(numbers.begin(), numbers.end(), 0);
    return numbers;
  }

  inline static const std::vector<int> numbers_ = count();
  test::TemporaryFolder folder_;
};

}  // namespace dtheta::hdf5
