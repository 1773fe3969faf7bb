#include "dtheta/storage/checkpoint_file.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "dtheta/storage/atomic_file.hpp"
#include "dtheta/storage/checkpoint_seal.hpp"
#include "dtheta/storage/hdf5_writer.hpp"
#include "dtheta/storage/model_parts.hpp"
#include "storage/checkpoint_cases.hpp"
#include "support/file_size_limit.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;
using test::read_file;
using test::same_state;
using test::small_terms;
using test::state_at;
using test::TemporaryFolder;
using test::write_file;

class CheckpointFile : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder_ / "c.h5"; }
  std::string damage() const {
    return message_of<DamagedCheckpoint>([&] { load_checkpoint<float>(path()); });
  }

  TemporaryFolder folder_;
};

template <class T>
void expect_same_bits(const std::filesystem::path& path) {
  for (const Size step : {0, 1, 13}) {
    const TrainingState<T> state = state_at<T>(step);
    save_checkpoint(path, state, small_terms());
    const Checkpoint<T> loaded = load_checkpoint<T>(path);
    EXPECT_TRUE(same_state(loaded.state, state));
    EXPECT_EQ(loaded.state.model.network->spec(), state.model.network->spec());
    EXPECT_EQ(loaded.state.model.loss, state.model.loss);
    EXPECT_EQ(loaded.state.model.input, state.model.input);
    EXPECT_EQ(loaded.state.model.class_names, state.model.class_names);
    EXPECT_EQ(loaded.terms.recipe, small_terms().recipe);
    EXPECT_EQ(loaded.terms.precision, sizeof(T) == 4 ? Precision::float32 : Precision::float64);
    EXPECT_EQ(loaded.terms.start_sha256, "5a");
    EXPECT_EQ(loaded.terms.data_sha256, "da");
    EXPECT_EQ(loaded.terms.validation_sha256, "");
    EXPECT_EQ(loaded.terms.provenance, small_terms().provenance);
  }
}

TEST_F(CheckpointFile, GivesBackEveryBit) {
  expect_same_bits<float>(path());
  expect_same_bits<double>(path());
}

TEST_F(CheckpointFile, KeepsTheSlotsOfEveryOptimizer) {
  for (const std::string_view name : optimizer_names()) {
    TrainingState<float> state = state_at<float>(3);
    TrainingTerms terms = small_terms();
    terms.recipe.optimizer.name = name;
    state.slots.resize(make_optimizer<float>(terms.recipe.optimizer)->slot_names().size());
    save_checkpoint(path(), state, terms);
    EXPECT_TRUE(same_state(load_checkpoint<float>(path()).state, state)) << name;
  }
}

TEST_F(CheckpointFile, IsTheSameForTheSameState) {
  save_checkpoint(path(), state_at<float>(8), small_terms());
  const std::string first = read_file(path());
  save_checkpoint(path(), state_at<float>(8), small_terms());
  EXPECT_TRUE(read_file(path()) == first);
  EXPECT_TRUE(contains(first.substr(0, 512), "dtheta checkpoint\nbytes "));
}

TEST_F(CheckpointFile, IsAModelFile) {
  const TrainingState<float> state = state_at<float>(8);
  save_checkpoint(path(), state, small_terms());
  EXPECT_TRUE(is_model_file(path()));
  EXPECT_EQ(stored_precision(path()), Precision::float32);
  const StoredModel<float> stored = load_model<float>(path());
  EXPECT_EQ(theta_sha256(stored.model), theta_sha256(state.model));
  EXPECT_EQ(stored.recipe, small_terms().recipe);
}

TEST_F(CheckpointFile, ConvertsThePrecision) {
  save_checkpoint(path(), state_at<double>(8), small_terms());
  const Checkpoint<float> loaded = load_checkpoint<float>(path());
  EXPECT_EQ(loaded.terms.precision, Precision::float64);
  const TrainingState<double> state = state_at<double>(8);
  EXPECT_EQ(loaded.state.slots[1][0], static_cast<float>(state.slots[1][0]));
}

TEST_F(CheckpointFile, NeverHoldsWhatIsNotFinite) {
  save_checkpoint(path(), state_at<float>(8), small_terms());
  const std::string before = read_file(path());
  for (const float bad : {std::numeric_limits<float>::infinity(), std::nanf("")}) {
    TrainingState<float> weights = state_at<float>(9);
    weights.model.theta[0] = bad;
    TrainingState<float> slots = state_at<float>(9);
    slots.slots[1][0] = bad;
    TrainingState<float> average = state_at<float>(9);
    average.average[0] = bad;
    for (const auto& state : {weights, slots, average}) {
      EXPECT_TRUE(
          contains(message_of<Diverged>([&] { save_checkpoint(path(), state, small_terms()); }),
                   "no longer finite after step 9"));
    }
  }
  EXPECT_TRUE(read_file(path()) == before);
}

TEST_F(CheckpointFile, CutAnywhereIsDamaged) {
  save_checkpoint(path(), state_at<float>(8), small_terms());
  const std::string whole = read_file(path());
  int cuts = 0;
  for (std::size_t size = 0; size < whole.size(); size += size < 600 ? 1 : 97, ++cuts) {
    write_file(path(), std::string_view(whole).substr(0, size));
    EXPECT_TRUE(contains(damage(), "cut short")) << size << " bytes";
  }
  EXPECT_GT(cuts, 700);
  write_file(path(), whole + '\0');
  EXPECT_TRUE(contains(damage(), "not as many as its header says"));
}

/// Every byte of the header, and all over the rest: one bit, all bits, or zeros in its place.
TEST_F(CheckpointFile, AlteredAnywhereIsDamaged) {
  save_checkpoint(path(), state_at<float>(8), small_terms());
  const std::string whole = read_file(path());
  int alterations = 0;
  for (std::size_t at = 0; at < whole.size(); at += at < 512 ? 1 : 41) {
    for (const unsigned mask : {1U << (at % 8), 0xffU}) {
      std::string altered = whole;
      altered[at] = static_cast<char>(static_cast<unsigned char>(whole[at]) ^ mask);
      write_file(path(), altered);
      EXPECT_THROW(load_checkpoint<float>(path()), DamagedCheckpoint) << "byte " << at;
      ++alterations;
    }
  }
  EXPECT_GT(alterations, 2'000);
}

TEST_F(CheckpointFile, SaysWhatIsWrong) {
  write_file(path(), std::string(1000, 'x'));
  EXPECT_TRUE(contains(damage(), "c.h5: does not begin like a checkpoint of dtheta"));
  save_checkpoint(path(), state_at<float>(8), small_terms());
  std::string altered = read_file(path());
  altered.back() ^= 1;
  write_file(path(), altered);
  EXPECT_TRUE(contains(damage(), "was altered"));
  EXPECT_TRUE(
      contains(message_of<InputOutputError>([&] { load_checkpoint<float>(folder_ / "none.h5"); }),
               "none.h5: cannot be opened: No such file"));
  EXPECT_TRUE(
      contains(message_of<InputOutputError>([&] { load_checkpoint<float>(folder_.path()); }),
               "Is a directory"));
}

/// Writes a file with a good seal and any content.
void write_sealed(const std::filesystem::path& path,
                  const std::function<void(hdf5::Writer&)>& fill) {
  MemoryImage image;
  hdf5::Writer file(path, image, seal_size);
  fill(file);
  file.commit();
  const std::string seal = seal_of(image.bytes().subspan(static_cast<std::size_t>(seal_size)));
  image.write(0, std::as_bytes(std::span(seal)));
  write_atomically(path, image.bytes());
}

TEST_F(CheckpointFile, WhatIsWholeButNotUnderstoodIsBadDataNotDamage) {
  const auto complaint = [&](const std::function<void(hdf5::Writer&)>& fill) {
    write_sealed(path(), fill);
    try {
      load_checkpoint<float>(path());
    } catch (const DamagedCheckpoint& error) {
      return std::string("damaged: ") + error.what();
    } catch (const DataError& error) {
      return std::string(error.what());
    }
    return std::string("nothing was thrown");
  };
  const TrainingState<float> state = state_at<float>(8);
  const auto write = [&](hdf5::Writer& file, const std::optional<Recipe>& recipe) {
    write_model(file, state.model, recipe, small_terms().provenance);
  };
  const auto with_version = [&](hdf5::Writer& file, std::int64_t version) {
    file.create_group("/dtheta/training");
    file.set_number("/dtheta/training", "format_version", version);
  };
  EXPECT_TRUE(contains(complaint([&](hdf5::Writer& file) { write(file, small_terms().recipe); }),
                       "c.h5: is a model, not a checkpoint"));
  EXPECT_TRUE(contains(complaint([&](hdf5::Writer& file) {
                         write(file, small_terms().recipe);
                         with_version(file, 2);
                       }),
                       "format version 2; this dtheta reads up to 1"));
  EXPECT_TRUE(contains(complaint([&](hdf5::Writer& file) {
                         write(file, std::nullopt);
                         with_version(file, 1);
                       }),
                       "has no recipe"));
  EXPECT_TRUE(contains(complaint([&](hdf5::Writer& file) {
                         write(file, small_terms().recipe);
                         with_version(file, 1);
                         file.set_text("/dtheta/training", "position", "{\"step\": 1}");
                       }),
                       "/dtheta/training, attribute position: "));
  EXPECT_FALSE(contains(complaint([&](hdf5::Writer& file) {
                          write(file, small_terms().recipe);
                          with_version(file, 1);
                        }),
                        "nothing was thrown"))
      << "there are no slots";
}

TEST_F(CheckpointFile, AFullDiskLeavesTheOldOne) {
  save_checkpoint(path(), state_at<float>(8), small_terms());
  {
    const test::FileSizeLimit limit(2'048);
    EXPECT_TRUE(contains(message_of<InputOutputError>(
                             [&] { save_checkpoint(path(), state_at<float>(9), small_terms()); }),
                         "c.h5: writing failed: File too large"));
  }
  EXPECT_EQ(load_checkpoint<float>(path()).state.step, 8);
}

}  // namespace
}  // namespace dtheta
