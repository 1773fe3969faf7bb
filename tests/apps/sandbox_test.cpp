/// --sandbox, as a user types it.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "apps/dtheta_program.hpp"
#include "arguments.hpp"
#include "dtheta/storage/hdf5_writer.hpp"
#include "reading_options.hpp"
#include "storage/hostile_files.hpp"

namespace dtheta::test {
namespace {

class SandboxOption : public DthetaProgram {
 protected:
  /// A file whose root is a B-tree that contains itself, which HDF5 1.10 does not survive.
  void make_hostile(const std::string& name) const {
    {
      hdf5::Writer file(path(name));
      file.create_group("/train");
      file.commit();
    }
    std::string bytes = read(name);
    const std::uint64_t tree = bytes.find("TREE");
    ASSERT_NE(tree, std::string::npos);
    bytes[tree + 5] = 1;  // its level: not a leaf
    std::memcpy(bytes.data() + tree + 32, &tree, sizeof(tree));
    write(name, bytes);
  }
};

TEST_F(SandboxOption, ChangesNothingOfWhatComesOut) {
  make_digits();
  output_of(quick_training());
  const std::string plain = read("model.h5");
  output_of(quick_training() + Words{"--sandbox"});
  EXPECT_EQ(read("model.h5"), plain);
  EXPECT_EQ(json_of({"inspect", "model.h5", "--sandbox"}), json_of({"inspect", "model.h5"}));
  EXPECT_EQ(output_of({"inspect", "digits.h5", "--sandbox"}), output_of({"inspect", "digits.h5"}));
  EXPECT_EQ(output_of({"dataset", "info", "digits.h5", "--sandbox"}),
            output_of({"dataset", "info", "digits.h5"}));
  const Words on{"--model", "model.h5", "--data", "digits.h5"};
  EXPECT_EQ(output_of(Words{"evaluate"} + on + Words{"--sandbox"}),
            output_of(Words{"evaluate"} + on));
  output_of(Words{"predict", "--output", "plain.csv"} + on);
  output_of(Words{"predict", "--output", "boxed.csv", "--sandbox"} + on);
  EXPECT_EQ(read("boxed.csv"), read("plain.csv"));
}

TEST_F(SandboxOption, TrainsOnAndResumesFromFilesInIt) {
  make_digits();
  const Words checkpointed{"--checkpoint", "c", "--checkpoint-every", "1epoch"};
  output_of(quick_training() + checkpointed);
  const std::string whole = read("model.h5");
  output_of(quick_training() + checkpointed + Words{"--resume", "--sandbox"});
  EXPECT_EQ(read("model.h5"), whole);
  const Words on{"train",    "--data",   "digits.h5", "--model",
                 "model.h5", "--epochs", "1",         "--output"};
  output_of(on + Words{"a.h5"});
  output_of(on + Words{"b.h5"}, {{"DTHETA_SANDBOX", "true"}});
  EXPECT_EQ(json_of({"inspect", "a.h5"})["theta_sha256"],
            json_of({"inspect", "b.h5"})["theta_sha256"]);
}

TEST_F(SandboxOption, StreamsFromIt) {
  make_digits();
  const Words limited{"--memory-limit", "128KiB", "--batch-size", "16"};
  output_of(quick_training() + limited);
  const auto plain = json_of({"inspect", "model.h5"})["theta_sha256"];
  output_of(quick_training() + limited + Words{"--sandbox"});
  EXPECT_EQ(json_of({"inspect", "model.h5"})["theta_sha256"], plain);
}

TEST_F(SandboxOption, AFileThatHdf5DoesNotSurviveIsBadData) {
  make_hostile("hostile.h5");
  make_digits();
  const std::string complaint = "hostile.h5: the sandbox that reads it was ended by signal 11";
  expect_error({"inspect", "hostile.h5", "--sandbox"}, 65, complaint);
  expect_error({"train", "--data", "hostile.h5", "--model", "mlp", "--sandbox"}, 65, complaint);
  expect_error({"evaluate", "--model", "hostile.h5", "--data", "digits.h5", "--sandbox"}, 65,
               complaint);
  expect_error(
      {"predict", "--model", "hostile.h5", "--data", "digits.h5", "--output", "p.csv", "--sandbox"},
      65, complaint);
  expect_error({"export", "hostile.h5", "--output", "m.onnx", "--sandbox"}, 65, complaint);
}

TEST_F(SandboxOption, HostileFilesAreBadData) {
  int files = 0;
  int refused = 0;
  visit_misleading_files([&](const HostileFile& file) {
    if (!file.must_fail || ++files % 5 >= 3) return;  // test_sandbox reads them all
    write("hostile.h5", file.bytes);
    const ProgramResult result =
        file.kind == FileKind::dataset
            ? run({"dataset", "info", "hostile.h5", "--sandbox"})
            : run({"export", "hostile.h5", "--output", "m.onnx", "--sandbox"});
    EXPECT_EQ(result.exit_code, 65) << file.name << ": " << result.err;
    refused += result.exit_code == 65;
  });
  std::printf("%d hostile files refused with exit code 65\n", refused);
  EXPECT_GE(refused, 300);
}

TEST(SandboxMemory, IsWhatDataMayTakeInWhicheverOrder) {
  const auto memory_with = [](const Words& words) {
    DatasetReading reading;
    cli::Interface interface;
    interface.groups = {cli::reading_options(reading)};
    cli::read_arguments("dtheta evaluate", words, interface);
    return reading.sandbox.value().memory_limit;
  };
  EXPECT_EQ(memory_with({"--sandbox", "--memory-limit", "3GiB"}), Size{3} << 30);
  EXPECT_EQ(memory_with({"--memory-limit", "3GiB", "--sandbox"}), Size{3} << 30);
  EXPECT_EQ(memory_with({"--sandbox", "--memory-limit", "1MiB"}), Size{256} << 20);
  DatasetReading preset;
  cli::reading_options(preset);
  EXPECT_EQ(memory_with({"--sandbox"}), std::max(Size{256} << 20, preset.memory_limit));
}

TEST_F(SandboxOption, NobodyElseIsServed) {
  const ProgramResult result = run({"--be-the-sandbox-of-dtheta", "more"});
  EXPECT_EQ(result.exit_code, 2);
}

}  // namespace
}  // namespace dtheta::test
