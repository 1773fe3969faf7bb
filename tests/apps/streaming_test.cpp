// Data sets beyond --memory-limit: all that is done with them gives what it gives in memory.
#include <csignal>
#include <filesystem>
#include <string>

#include <unistd.h>

#include "apps/dtheta_program.hpp"
#include "memory_option.hpp"

namespace dtheta::test {
namespace {

using cli::parse_bytes;
using cli::whole_bytes_text;

TEST(MemorySize, IsReadInItsUnits) {
  EXPECT_EQ(parse_bytes("1"), 1);
  EXPECT_EQ(parse_bytes("65536B"), 65536);
  EXPECT_EQ(parse_bytes("64KiB"), 65536);
  EXPECT_EQ(parse_bytes("1.5GiB"), Size{3} << 29);
  EXPECT_EQ(parse_bytes("2GB"), 2'000'000'000);
  EXPECT_EQ(parse_bytes("1TiB"), Size{1} << 40);
  for (const char* bad : {"", "MiB", "0", "-1MiB", "0.5", "1 MiB", "1mib", "1XB", "nan", "inf",
                          "9999999TiB", "1e9"}) {
    EXPECT_EQ(parse_bytes(bad), std::nullopt) << bad;
  }
  for (const Size bytes : {Size{1}, Size{1000}, Size{1024}, Size{3} << 20, Size{7} << 40}) {
    EXPECT_EQ(parse_bytes(whole_bytes_text(bytes)), bytes);
  }
  EXPECT_EQ(whole_bytes_text(Size{64} << 20), "64MiB");
}

/// 300 digits of 784 bytes for training and 50 to test are beyond 128 KiB.
class Streaming : public DthetaProgram {
 protected:
  Streaming() { make_digits(300, 50); }

  static Words training(const Words& more, const std::string& epochs = "3",
                        const std::string& batch = "32") {
    return Words{"train",
                 "--data",
                 "digits.h5",
                 "--model",
                 "flatten, dense 12, relu, dense 10",
                 "--epochs",
                 epochs,
                 "--batch-size",
                 batch,
                 "--validation-split",
                 "0.1",
                 "--threads",
                 "2",
                 "--output",
                 "model.h5"} +
           more;
  }
  static Words limited() { return {"--memory-limit", "128KiB"}; }

  nlohmann::json figures(const Words& words) const {
    auto json = json_of(words);
    for (const char* key : {"seconds", "samples_per_second"}) json.erase(key);
    return json;
  }
};

TEST_F(Streaming, TrainsToTheSameBits) {
  for (const Words& more : {Words{}, Words{"--mean-std"}, Words{"--test-data", "digits.h5"}}) {
    const Words window{"--shuffle-window", "25"};
    const auto whole = figures(training(window + more));
    const std::string model = read("model.h5");
    EXPECT_EQ(figures(training(window + more + limited())), whole);
    EXPECT_EQ(read("model.h5"), model);
  }
}

TEST_F(Streaming, ChoosesAWindowAndTellsIt) {
  const ProgramResult result = run(training(limited()));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.err,
                       "digits.h5: /train/x streamed: 229.7 KiB of samples are beyond "
                       "--memory-limit; shuffled in windows of 41 samples"));
  EXPECT_FALSE(contains(run(training({})).err, "streamed"));
}

TEST_F(Streaming, EvaluatesPredictsAndInspectsTheSame) {
  output_of(training({}));
  const Words evaluation{"evaluate", "--model", "model.h5", "--data", "digits.h5"};
  EXPECT_EQ(json_of(evaluation + limited()), json_of(evaluation));
  const Words prediction{"predict", "--model", "model.h5", "--data", "digits.h5",
                         "--split", "train",   "--output", "p.csv"};
  output_of(prediction);
  const std::string predictions = read("p.csv");
  output_of(prediction + limited());
  EXPECT_EQ(read("p.csv"), predictions);
  EXPECT_EQ(output_of(Words{"inspect", "digits.h5"} + limited()),
            output_of({"inspect", "digits.h5"}));
}

TEST_F(Streaming, GoesOnInTheMiddleOfAnEpoch) {
  const Words window{"--shuffle-window", "25"};
  const auto whole = json_of(training(window));
  const Words checkpoints =
      window + limited() +
      Words{"--checkpoint", "c", "--checkpoint-every", "4steps", "--keep", "20"};
  output_of(training(checkpoints));
  for (const auto& entry : std::filesystem::directory_iterator(path("c"))) {
    // Step 12 is in the second epoch of nine steps.
    if (entry.path().filename() != "checkpoint-0000000000000012.h5") {
      std::filesystem::remove(entry.path());
    }
  }
  const ProgramResult result = run(training(checkpoints + Words{"--resume", "--json"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.err, "samples into epoch 2"));
  EXPECT_EQ(nlohmann::json::parse(result.out)["theta_sha256"], whole["theta_sha256"]);
  // From memory, too: where samples are is no part of the recipe.
  for (const char* later : {"16", "20", "24", "27"}) {
    std::filesystem::remove(path(std::string("c/checkpoint-00000000000000") + later + ".h5"));
  }
  const auto rest =
      json_of(training(window + Words{"--checkpoint", "c", "--keep", "20", "--resume"}));
  EXPECT_EQ(rest["theta_sha256"], whole["theta_sha256"]);
}

TEST_F(Streaming, TellsTheLastCheckpointWhenTheFileCannotBeRead) {
  RunningProgram program = start(training(
      limited() + Words{"--checkpoint", "c", "--checkpoint-every", "20steps", "--keep", "9"},
      "100000"));
  constexpr const char* first = "c/checkpoint-0000000000000020.h5";
  for (int wait = 0; wait < 20'000 && !exists(first); ++wait) ::usleep(1000);
  std::filesystem::resize_file(path("digits.h5"), 100'000);
  const ProgramResult result = program.wait();
  EXPECT_EQ(result.exit_code, 74) << result.err;
  EXPECT_TRUE(contains(result.err, "digits.h5: has changed since it was opened"));
  EXPECT_TRUE(contains(result.err, "the last good checkpoint is c/checkpoint-"));
  const std::string last = result.err.substr(result.err.find("c/checkpoint-"), 32);
  EXPECT_EQ(run({"inspect", last}).exit_code, 0) << last;
}

TEST_F(Streaming, PlansItsMemory) {
  const auto memory = json_of(training(limited() + Words{"--dry-run"}))["memory"];
  EXPECT_EQ(memory["data_bytes"], 350 * 4);
  const auto feed = memory["feed_bytes"].get<Size>();
  EXPECT_GT(feed, 2 * 38 * 784) << "two windows";
  EXPECT_LT(feed, 128 * 1024);
}

TEST_F(Streaming, WantsALimitThatCanBeKept) {
  expect_error(training({"--memory-limit", "much"}), 2, "wanted a size such as 512MiB or 2GB");
  expect_error(training({"--memory-limit", "1KiB"}), 2, "the targets take 1,400 bytes");
  expect_error(training({"--memory-limit", "20KiB"}), 2, "a higher --memory-limit");
  expect_error(training(limited(), "3", "full"), 2, "a smaller --batch-size");
  expect_error(training(limited() + Words{"--shuffle-window", "100"}), 2,
               "wanted --shuffle-window 41 or less, or a higher --memory-limit");
}

}  // namespace
}  // namespace dtheta::test
