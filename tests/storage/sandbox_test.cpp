#include "dtheta/storage/sandbox.hpp"

#include <chrono>
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <hdf5.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "checkpoint_cases.hpp"
#include "dtheta/core/error.hpp"
#include "dtheta/storage/dataset_file.hpp"
#include "dtheta/storage/hdf5_contents.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "dtheta/storage/model_file.hpp"
#include "dtheta/storage/sandbox_channel.hpp"
#include "hostile_files.hpp"
#include "support/messages.hpp"

namespace dtheta::test {
namespace {

const Sandbox sandbox_of_tests{.program = DTHETA_SANDBOX_PROGRAM};

class SandboxTest : public testing::Test {
 protected:
  std::filesystem::path path() const { return folder_ / "file.h5"; }

  /// What is complained of, without the file's name, when the sandbox does that.
  std::string complaint_of_offence(const std::string& offence,
                                   const Sandbox& sandbox = sandbox_of_tests) {
    write_file(path(), "offend: " + offence);
    const std::string message =
        message_of<DataError>([&] { hdf5::Reader(path(), sandbox).describe("/x"); });
    const std::string name = path().string() + ": ";
    EXPECT_TRUE(message.starts_with(name)) << message;
    return message.substr(std::min(name.size(), message.size()));
  }

  TemporaryFolder folder_;
};

void expect_same(const std::optional<Dataset>& a, const std::optional<Dataset>& b) {
  ASSERT_EQ(a.has_value(), b.has_value());
  if (!a) return;
  EXPECT_EQ(a->sample_shape(), b->sample_shape());
  EXPECT_EQ(a->type(), b->type());
  EXPECT_EQ(a->class_names(), b->class_names());
  EXPECT_TRUE(std::ranges::equal(a->x(), b->x()));
  EXPECT_TRUE(std::ranges::equal(a->labels(), b->labels()));
}

TEST_F(SandboxTest, DataSetsAreTheSame) {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(DTHETA_GOLDEN_FOLDER)) {
    if (entry.path().extension() != ".h5") continue;
    ++files;
    const auto read = [&](const std::optional<Sandbox>& sandbox) {
      return read_dataset(entry.path(), {.sandbox = sandbox});
    };
    std::optional<DatasetSplits> splits;
    try {
      splits = read(std::nullopt);
    } catch (const DataError& error) {
      EXPECT_EQ(message_of<DataError>([&] { read(sandbox_of_tests); }), error.what());
      continue;
    }
    const DatasetSplits other = read(sandbox_of_tests);
    expect_same(splits->train, other.train);
    expect_same(splits->validation, other.validation);
    expect_same(splits->test, other.test);
    EXPECT_EQ(splits->remarks, other.remarks);
    EXPECT_EQ(splits->preparation, other.preparation);
  }
  EXPECT_GT(files, 10);
}

TEST_F(SandboxTest, ContentsAreTheSame) {
  for (const char* name : {"course.h5", "fuel.h5", "suffixed.h5"}) {
    const std::filesystem::path golden = std::filesystem::path(DTHETA_GOLDEN_FOLDER) / name;
    const auto a = hdf5_contents(golden);
    const auto b = hdf5_contents(golden, sandbox_of_tests);
    ASSERT_EQ(a.size(), b.size());
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].label + a[i].type + a[i].storage + a[i].problem,
                b[i].label + b[i].type + b[i].storage + b[i].problem);
      EXPECT_EQ(a[i].range.has_value(), b[i].range.has_value());
      if (a[i].range && b[i].range) {
        EXPECT_EQ(a[i].range->highest, b[i].range->highest);
      }
    }
  }
}

TEST_F(SandboxTest, ModelsAndCheckpointsHaveTheSameBits) {
  const TrainingState<double> state = state_at<double>(7);
  save_model<double>(path(), {.model = state.model});
  EXPECT_TRUE(is_model_file(path(), sandbox_of_tests));
  EXPECT_EQ(stored_precision(path(), sandbox_of_tests), Precision::float64);
  const StoredModel<double> stored = load_model<double>(path(), sandbox_of_tests);
  EXPECT_TRUE(same_bits(stored.model.theta, state.model.theta));
  EXPECT_EQ(stored.model.class_names, state.model.class_names);
  save_checkpoint(path(), state, small_terms());
  EXPECT_TRUE(same_state(load_checkpoint<double>(path(), sandbox_of_tests).state, state));
}

TEST_F(SandboxTest, AScalarIsOneRow) {
  const hid_t file = H5Fcreate(path().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t space = H5Screate(H5S_SCALAR);
  const hid_t dataset =
      H5Dcreate2(file, "x", H5T_STD_I16BE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  const int value = -300;
  H5Dwrite(dataset, H5T_NATIVE_INT, H5S_ALL, H5S_ALL, H5P_DEFAULT, &value);
  H5Dclose(dataset);
  H5Sclose(space);
  H5Fclose(file);
  for (const std::optional<Sandbox>& sandbox :
       {std::optional<Sandbox>(), std::optional(sandbox_of_tests)}) {
    const hdf5::Reader reader(path(), sandbox);
    EXPECT_EQ(reader.describe("/x").shape, Shape());
    EXPECT_EQ(reader.read_doubles("/x")[0], value);
  }
}

/// More than one answer holds.
TEST_F(SandboxTest, LargeArraysComeInPieces) {
  constexpr Size samples = 70;
  AlignedBuffer<std::byte> x(samples << 20);
  for (Size i = 0; i < x.size(); i += 4096) x.data()[i] = static_cast<std::byte>(i / 4096 % 251);
  DatasetSplits splits;
  splits.train = Dataset(ElementType::uint8, {1024, 1024, 1}, std::move(x),
                         std::vector<std::int32_t>(samples, 0), {"a", "b"});
  write_dataset(path(), splits);
  const DatasetSplits read = read_dataset(path(), {.sandbox = sandbox_of_tests});
  EXPECT_TRUE(std::ranges::equal(read.train->x(), splits.train->x()));

  Sandbox narrow = sandbox_of_tests;
  narrow.memory_limit = Size{40} << 20;
  EXPECT_EQ(message_of<DataError>([&] { read_dataset(path(), {.sandbox = narrow}); }),
            path().string() + ": takes more than the 40 MiB of memory that its sandbox has");
}

TEST_F(SandboxTest, ErrorsAreTheSame) {
  for (const char* content : {"", "no HDF5"}) {
    write_file(path(), content);
    const std::string message = message_of<DataError>([&] { hdf5::Reader{path()}; });
    EXPECT_EQ(message_of<DataError>([&] { hdf5::Reader(path(), sandbox_of_tests); }), message);
  }
  EXPECT_TRUE(contains(
      message_of<InputOutputError>([&] { hdf5::Reader(folder_ / "missing", sandbox_of_tests); }),
      "missing: cannot be opened: No such file"));
}

TEST_F(SandboxTest, WhatItMayNotDoEndsIt) {
  for (const char* offence : {"open", "socket", "execute", "code", "kill"}) {
    EXPECT_EQ(complaint_of_offence(offence),
              "the sandbox that reads it tried what a sandbox may not do; is the file damaged, or "
              "made to do harm?")
        << offence;
  }
}

TEST_F(SandboxTest, HowItEndedIsTold) {
  EXPECT_TRUE(contains(complaint_of_offence("crash"), "was ended by signal 11 ("));
  EXPECT_TRUE(contains(complaint_of_offence("abort"), "was ended by signal 6 ("));
  EXPECT_TRUE(contains(complaint_of_offence("end"), "the sandbox that reads it ended with 3;"));
  Sandbox impatient = sandbox_of_tests;
  impatient.patience = std::chrono::seconds(1);
  EXPECT_TRUE(contains(complaint_of_offence("hang", impatient), "gave no answer within 1 s"));
}

TEST_F(SandboxTest, ItGetsNoMoreMemoryThanItIsGiven) {
  EXPECT_EQ(complaint_of_offence("memory"),
            "takes more than the 2,048 MiB of memory that its sandbox has");
}

TEST_F(SandboxTest, ItsAnswersAreNotTrusted) {
  for (const char* offence :
       {"unknown answer", "long message", "short answer", "too much of an answer", "unknown type",
        "huge array", "negative array"}) {
    EXPECT_EQ(complaint_of_offence(offence), "its sandbox gave an answer without sense") << offence;
  }
  write_file(path(), "offend: steering message");
  EXPECT_EQ(message_of<DataError>([&] { hdf5::Reader(path(), sandbox_of_tests); }), "?[2Jx\ny");
}

TEST_F(SandboxTest, WhereThereIsNoneThatIsSaid) {
  EXPECT_EQ(sandbox_problem(sandbox_of_tests), std::nullopt);
  const Sandbox missing{.program = folder_ / "missing"};
  write_file(path(), "offend: unfiltered");
  const std::string refused =
      message_of<RuntimeUnusable>([&] { hdf5::Reader(path(), sandbox_of_tests); });
  EXPECT_TRUE(contains(refused, "there is no sandbox to be had on this system: "));
  EXPECT_TRUE(contains(message_of<RuntimeUnusable>([&] { hdf5::Reader(path(), missing); }),
                       "missing cannot be executed: No such file"));
  EXPECT_TRUE(contains(sandbox_problem(missing).value_or(""), "cannot be executed"));
}

/// A group's B-tree that contains itself: HDF5 1.10 goes down in it until its stack ends.
TEST_F(SandboxTest, WhatHdf5DoesNotSurviveIsAnError) {
  const hid_t file = H5Fcreate(path().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  H5Gclose(H5Gcreate2(file, "train", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
  H5Fclose(file);
  std::string bytes = read_file(path());
  const std::size_t tree = bytes.find("TREE");
  ASSERT_NE(tree, std::string::npos);
  bytes[tree + 5] = 1;  // its level: not a leaf
  const std::uint64_t child = tree;
  std::memcpy(bytes.data() + tree + 32, &child, sizeof(child));
  write_file(path(), bytes);
  EXPECT_TRUE(
      contains(message_of<DataError>([&] { read_dataset(path(), {.sandbox = sandbox_of_tests}); }),
               "the sandbox that reads it was ended by signal 11 ("));
}

TEST_F(SandboxTest, HostileFilesAreRefused) {
  int files = 0;
  visit_misleading_files([&](const HostileFile& file) {
    write_file(path(), file.bytes);
    ++files;
    try {
      if (file.kind == FileKind::dataset) {
        read_dataset(path(), {.sandbox = sandbox_of_tests});
      } else {
        load_model<float>(path(), sandbox_of_tests);
      }
      EXPECT_FALSE(file.must_fail) << file.name;
    } catch (const Error& error) {
      EXPECT_EQ(error.exit_code(), ExitCode::bad_data) << file.name << ": " << error.what();
      EXPECT_FALSE(contains(error.what(), "the sandbox that reads it")) << file.name;
    }
  });
  std::printf("%d hostile files read in sandboxes\n", files);
  EXPECT_GT(files, 300);
}

TEST_F(SandboxTest, NoProcessIsLeft) {
  complaint_of_offence("crash");
  complaint_of_offence("end");
  sandbox_problem(sandbox_of_tests);
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
  EXPECT_EQ(errno, ECHILD);
}

TEST(SandboxMessages, ComeOutAsTheyWentIn) {
  sandbox::Packer packer;
  packer.add(std::string_view("text")).add(2.5).add(ElementType::int64);
  sandbox::Unpacker unpacker(packer.bytes());
  EXPECT_EQ(unpacker.text(), "text");
  EXPECT_EQ(unpacker.number<double>(), 2.5);
  EXPECT_EQ(unpacker.choice<ElementType>(10), ElementType::int64);
  EXPECT_TRUE(unpacker.is_at_end());
  EXPECT_THROW(unpacker.number<char>(), DataError);
  EXPECT_THROW(sandbox::Unpacker(packer.bytes()).count(3), DataError);
  EXPECT_THROW(sandbox::Unpacker(packer.bytes()).choice<ElementType>(4), DataError);
}

}  // namespace
}  // namespace dtheta::test
