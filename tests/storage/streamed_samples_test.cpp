// Data sets that stay in their files.
#include <algorithm>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>
#include <hdf5.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/random.hpp"
#include "dtheta/data/sample_runs.hpp"
#include "dtheta/model/builder.hpp"
#include "dtheta/storage/data_digest.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/hdf5_writer.hpp"
#include "dtheta/storage/model_file.hpp"
#include "dtheta/training/trainer.hpp"
#include "storage/foreign_hdf5.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;

class Streamed : public hdf5::ForeignHdf5 {
 protected:
  /// 500 pictures of 5x4x3 for training and 100 to test, in random classes.
  void write(int compression = 0) const {
    DatasetSplits splits;
    splits.train = random_pictures(500);
    splits.test = random_pictures(100);
    write_dataset(path(), splits, compression);
  }
  static Dataset random_pictures(Size n) {
    Philox random(static_cast<std::uint64_t>(n), Purpose::input, 0, 0);
    AlignedBuffer<std::byte> x(n * 60);
    for (std::byte& number : x.span()) number = static_cast<std::byte>(random.below(256));
    std::vector<std::int32_t> labels;
    for (Size i = 0; i < n; ++i) labels.push_back(static_cast<std::int32_t>(random.below(3)));
    return {ElementType::uint8, {5, 4, 3}, std::move(x), std::move(labels), {"a", "b", "c"}};
  }

  /// The train part, streamed, is the same as the one in memory.
  void expect_same_samples() const {
    const DatasetSplits whole = read_dataset(path());
    const DatasetSplits stream = read_dataset(path(), {.memory_limit = 10'000});
    ASSERT_TRUE(whole.train->is_in_memory());
    ASSERT_FALSE(stream.train->is_in_memory());
    EXPECT_EQ(stream.train->sample_shape(), whole.train->sample_shape());
    EXPECT_TRUE(std::ranges::equal(stream.train->labels(), whole.train->labels()));
    EXPECT_EQ(data_sha256(*stream.train), data_sha256(*whole.train));
  }
};

TEST_F(Streamed, HoldsWhatIsInMemory) {
  write();
  expect_same_samples();
  write(6);
  expect_same_samples();
}

TEST_F(Streamed, ReadsPlanesAndOneNumberASample) {
  std::vector<float> x(200 * 3 * 8 * 8);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(i);
  const std::vector<int> y(200, 1);
  {
    hdf5::Writer file(path());
    file.write_numbers("/x_train", ElementType::float32, {200, 3, 8, 8},
                       std::as_bytes(std::span(x)), hdf5::Storage::in_one_piece);
    file.write_numbers("/y_train", ElementType::int32, {200}, std::as_bytes(std::span(y)),
                       hdf5::Storage::in_one_piece);
    file.commit();
  }
  expect_same_samples();
  {
    hdf5::Writer file(path());
    file.write_numbers("/x_train", ElementType::float32, {38400}, std::as_bytes(std::span(x)),
                       hdf5::Storage::in_one_piece);
    file.write_numbers("/y_train", ElementType::float32, {38400}, std::as_bytes(std::span(x)),
                       hdf5::Storage::in_one_piece);
    file.commit();
  }
  const DatasetSplits stream = read_dataset(path(), {.memory_limit = 400'000});
  ASSERT_FALSE(stream.train->is_in_memory());
  EXPECT_EQ(data_sha256(*stream.train), data_sha256(*read_dataset(path()).train));
}

TEST_F(Streamed, TheLimitDecides) {
  write();
  const Size all = 600 * 60 + 600 * 4;
  EXPECT_TRUE(read_dataset(path(), {.memory_limit = all}).train->is_in_memory());
  const DatasetSplits stream = read_dataset(path(), {.memory_limit = all - 1});
  EXPECT_FALSE(stream.train->is_in_memory());
  EXPECT_FALSE(stream.test->is_in_memory());
  EXPECT_EQ(stream.train->stream_memory(), all - 1 - 2400) << "what the targets leave";
  EXPECT_EQ(stream.train->resident_bytes(), 2000);
  EXPECT_TRUE(contains(
      message_of<UsageError>([&] { read_dataset(path(), {.memory_limit = 2400}); }),
      "the targets take 2,400 bytes, and they are kept in memory; wanted a memory limit above"));
}

TEST_F(Streamed, AFileThatChangesIsNoticed) {
  write();
  const DatasetSplits stream = read_dataset(path(), {.memory_limit = 10'000});
  EXPECT_NO_THROW(data_sha256(*stream.train));
  std::filesystem::resize_file(path(), std::filesystem::file_size(path()) / 2);
  EXPECT_TRUE(contains(message_of<InputOutputError>([&] { data_sha256(*stream.train); }),
                       "has changed since it was opened"));
}

// HDF5 is one for all threads: files are written while another is read.
TEST_F(Streamed, IsReadWhileOtherFilesAreWritten) {
  write(1);
  const DatasetSplits stream = read_dataset(path(), {.memory_limit = 20'000});
  const std::string digest = data_sha256(*read_dataset(path()).train);
  NetworkChoice choice =
      choose_network("flatten, dense 3", {.sample_shape = {5, 4, 3}, .classes = 3}, "");
  const Model<float> model =
      make_model<float>(std::move(choice.spec), choice.loss, Initializer::he, 1);
  for (int round = 0; round < 20; ++round) {
    std::string found;
    std::thread reader([&] { found = data_sha256(*stream.train); });
    for (int file = 0; file < 3; ++file) save_model<float>(folder_ / "model.h5", {.model = model});
    EXPECT_TRUE(is_model_file(folder_ / "model.h5"));
    reader.join();
    EXPECT_EQ(found, digest);
  }
}

/// 5 GiB: 5,120 pictures of 1024x1024, each beginning with its number. The file has holes for the
/// rest, which take no room on the disk.
class LargeFile : public Streamed {
 protected:
  static constexpr Size pictures = 5120;
  static constexpr Size picture_bytes = Size{1} << 20;

  void make_large() {
    make([this](hid_t file) {
      const hsize_t extents[3] = {pictures, 1024, 1024};
      const hid_t space = H5Screate_simple(3, extents, nullptr);
      const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
      H5Pset_alloc_time(creation, H5D_ALLOC_TIME_EARLY);
      H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
      const hid_t x =
          H5Dcreate2(file, "x_train", H5T_STD_U8LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
      ASSERT_GE(x, 0);
      const hid_t labels = H5Screate_simple(1, extents, nullptr);
      const hid_t y =
          H5Dcreate2(file, "y_train", H5T_STD_I64LE, labels, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
      std::vector<std::int64_t> numbers(pictures);
      for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<int>(i % 2);
      ASSERT_GE(H5Dwrite(y, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, numbers.data()), 0);
      offset_ = static_cast<Size>(H5Dget_offset(x));
      for (const hid_t id : {x, y}) H5Dclose(id);
      for (const hid_t id : {space, labels}) H5Sclose(id);
      H5Pclose(creation);
    });
    std::fstream file(path(), std::ios::binary | std::ios::in | std::ios::out);
    for (Size picture = 0; picture < pictures; ++picture) {
      file.seekp(offset_ + picture * picture_bytes);
      file.write(reinterpret_cast<const char*>(&picture), sizeof picture);
    }
    ASSERT_TRUE(file.flush());
    ASSERT_GT(std::filesystem::file_size(path()), std::uintmax_t{5} << 30);
  }

  Size offset_ = 0;  // of x in the file
};

/// A seed whose first epoch begins there.
std::uint64_t seed_beyond_4_gib(const SampleBlocks& blocks) {
  std::vector<Size> order(static_cast<std::size_t>(blocks.count()));
  for (std::uint64_t seed = 1;; ++seed) {
    block_order(seed, 0, order);
    if (blocks.begin(order.front()) >= 4096) return seed;
  }
}

Size number_of(const std::byte* picture) {
  Size number = -1;
  std::memcpy(&number, picture, sizeof number);
  return number;
}

TEST_F(LargeFile, IsReadAndTrainedOn) {
  make_large();
  const DatasetSplits splits = read_dataset(path(), {.memory_limit = Size{80} << 20});
  const Dataset& data = *splits.train;
  ASSERT_FALSE(data.is_in_memory());
  ASSERT_EQ(data.size(), pictures);
  EXPECT_EQ(data.bytes(), Size{5} << 30);

  const std::vector<Size> some{0, 1, 2047, 2048, 2049, 4095, 4096, 5000, 5119};
  SampleRuns runs(data, some);
  for (SampleBatch run = runs.next(); !run.empty(); run = runs.next()) {
    for (std::size_t n = 0; n < run.rows.size(); ++n) {
      EXPECT_EQ(number_of(run.rows[n]), run.samples[n]);
    }
  }

  const Size window = default_window(data, pictures, 8);
  const std::uint64_t seed = seed_beyond_4_gib(SampleBlocks(pictures, window));
  NetworkChoice choice = choose_network("maxpool 32, flatten, dense 1",
                                        {.sample_shape = data.sample_shape(), .classes = 2}, "");
  Workers workers(2);
  Trainer<float> trainer(make_model<float>(std::move(choice.spec), choice.loss, Initializer::he, 1),
                         {.epochs = 1, .batch_size = 8, .seed = seed}, data, all_samples(data),
                         workers);
  EXPECT_LE(trainer.feed_bytes(), Size{80} << 20);
  BatchFeed feed(data, all_samples(data), {.seed = seed, .window = window, .batch = 8});
  for (Size step = 0; step < 12; ++step) {
    trainer.step();
    const SampleBatch batch = feed.at(0, 8 * step);
    for (std::size_t n = 0; n < batch.rows.size(); ++n) {
      ASSERT_EQ(number_of(batch.rows[n]), batch.samples[n]);
      if (step == 0) {
        ASSERT_GE(batch.samples[n], 4096);
      }
    }
  }
}

}  // namespace
}  // namespace dtheta
