// Trainings that are stopped, killed and resumed, as a user would.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <set>
#include <sstream>
#include <thread>

#include "apps/dtheta_program.hpp"
#include "dtheta/storage/checkpoint_file.hpp"
#include "same_training.hpp"
#include "support/file_size_limit.hpp"

namespace dtheta::test {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

/// 40 steps of 20 samples; the last of every epoch has 10.
Words small_training() {
  return {"train", "--data",   "digits.h5", "--model",      "lenet5", "--epochs",
          "4",     "--output", "m.h5",      "--batch-size", "20",     "--validation-split",
          "0.05"};
}

/// Some seconds of small steps.
Words long_training() {
  return {"train",    "--data", "digits.h5",    "--model", "lenet5",    "--epochs", "150",
          "--output", "m.h5",   "--batch-size", "20",      "--threads", "2"};
}

Words checkpoints(const std::string& every) {
  return {"--checkpoint", "c", "--checkpoint-every", every};
}

class CheckpointedTraining : public DthetaProgram {
 protected:
  std::string digest_of(const Words& words) const { return json_of(words)["theta_sha256"]; }

  std::set<std::string> checkpoint_files() const {
    std::set<std::string> names;
    std::error_code missing;
    for (const auto& entry : fs::directory_iterator(path("c"), missing)) {
      const std::string name = entry.path().filename();
      if (name.starts_with("checkpoint-") && name.ends_with(".h5")) names.insert(name);
    }
    return names;
  }
  std::string newest() const {
    const auto names = checkpoint_files();
    return names.empty() ? "" : "c/" + *names.rbegin();
  }

  /// Waits for what must come soon.
  static void wait_until(const std::function<bool()>& holds) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (!holds()) {
      ASSERT_LT(std::chrono::steady_clock::now(), end) << "it never came";
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

  /// Leaves what the small training has left when it is killed in the third epoch, after step 25:
  /// the checkpoints of the last `keep` multiples of five.
  void leave_checkpoints(int keep) const {
    output_of(small_training() + checkpoints("5steps") + Words{"--keep", "100"});
    auto names = checkpoint_files();
    for (const std::string& name : names) {
      const Size step = std::stoll(name.substr(11));
      if (step > 25 || step % 5 != 0 || step <= 25 - 5 * keep) fs::remove(path("c") / name);
    }
  }
};

TEST_F(CheckpointedTraining, IsTheSameAsOneWithoutCheckpoints) {
  make_digits();
  const std::string digest = digest_of(small_training());
  EXPECT_EQ(digest_of(small_training() + checkpoints("3steps")), digest);
  EXPECT_EQ(checkpoint_files(), (std::set<std::string>{"checkpoint-0000000000000036.h5",
                                                       "checkpoint-0000000000000039.h5",
                                                       "checkpoint-0000000000000040.h5"}));
  EXPECT_EQ(json_of({"inspect", newest()})["theta_sha256"], digest);
  output_of({"evaluate", "--model", newest(), "--data", "digits.h5"});
}

TEST_F(CheckpointedTraining, WritesAsOftenAsAsked) {
  make_digits();
  const auto steps = [&](const Words& options) {
    fs::remove_all(path("c"));
    output_of(small_training() + options);
    std::vector<int> found;
    for (const std::string& name : checkpoint_files()) found.push_back(std::stoi(name.substr(11)));
    return found;
  };
  EXPECT_EQ(steps({"--checkpoint", "c"}),
            (std::vector{20, 30, 40}));  // every epoch, the last three
  EXPECT_EQ(steps(checkpoints("3epochs")), (std::vector{30, 40}));
  EXPECT_EQ(steps(checkpoints("15steps")), (std::vector{15, 30, 40}));
  EXPECT_EQ(steps(checkpoints("3600s")), (std::vector{40}));
  EXPECT_EQ(steps(checkpoints("1step") + Words{"--keep", "2"}), (std::vector{39, 40}));
}

TEST_F(CheckpointedTraining, ResumedFromAnyCheckpointEndsTheSame) {
  make_digits();
  const Words metrics{"--metrics", "m.jsonl", "--metrics-every", "3", "--statistics"};
  const auto lines = [&] {
    std::vector<Json> all;
    std::istringstream stream(read("m.jsonl"));
    for (std::string line; std::getline(stream, line);) {
      all.push_back(Json::parse(line));
      all.back().erase("seconds");
      all.back().erase("samples_per_second");
    }
    return all;
  };
  const Json whole = json_of(small_training() + metrics);
  const std::vector<Json> whole_metrics = lines();
  const std::string whole_model = read("m.h5");
  output_of(small_training() + checkpoints("1step") + Words{"--keep", "100"});
  fs::rename(path("c"), path("all"));
  int threads = 0;
  for (const int step : {1, 9, 10, 11, 25, 39, 40}) {
    SCOPED_TRACE(step);
    fs::remove_all(path("c"));
    fs::create_directory(path("c"));
    const std::string name = "checkpoint-00000000000000" + std::string(step < 10 ? "0" : "") +
                             std::to_string(step) + ".h5";
    fs::copy(path("all") / name, path("c") / name);
    // A training that was killed may have told more than its last checkpoint has.
    std::string told;
    for (Json line : whole_metrics) {
      const bool is_done =
          line.contains("step") ? line["step"] <= step : line["epoch"] <= step / 10;
      if (!is_done) line["loss"] = 0;
      told += line.dump() + "\n";
    }
    write("m.jsonl", told + "{\"epo");
    const Json resumed = json_of(small_training() + metrics + checkpoints("7steps") +
                                 Words{"--resume", "--threads", std::to_string(threads++ % 3 + 1)});
    for (const char* key : {"theta_sha256", "loss", "accuracy", "validation_loss", "test_loss",
                            "best_epoch", "best_validation_loss", "epoch", "recipe"}) {
      EXPECT_EQ(resumed[key], whole[key]) << key;
    }
    EXPECT_EQ(lines(), whole_metrics);
    EXPECT_TRUE(read("m.h5") == whole_model);
  }
}

TEST_F(CheckpointedTraining, BeginsAtTheBeginningWhenThereIsNoneAndSaysSo) {
  make_digits();
  const std::string digest = digest_of(small_training());
  const ProgramResult result = run(small_training() + Words{"--checkpoint", "a/c", "--resume"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.err,
                       "note: there is no checkpoint in a/c: training begins at the beginning"));
  EXPECT_TRUE(contains(result.out, digest));
}

TEST_F(CheckpointedTraining, IsNotMixedUpWithAnEarlierOne) {
  make_digits();
  leave_checkpoints(1);
  expect_error(small_training() + checkpoints("5steps"), 2,
               "c/checkpoint-0000000000000025.h5 is of an earlier training; add --resume");
}

TEST_F(CheckpointedTraining, SaysWhereItGoesOn) {
  make_digits();
  leave_checkpoints(1);
  const ProgramResult result = run(small_training() + checkpoints("5steps") + Words{"--resume"});
  EXPECT_TRUE(contains(result.err,
                       "note: resumed from c/checkpoint-0000000000000025.h5: step 25, 100 samples "
                       "into epoch 3\n"));
  EXPECT_FALSE(contains(result.err, "epoch 2/4"));
  EXPECT_TRUE(contains(result.err, "epoch 3/4"));
}

TEST_F(CheckpointedTraining, GoesOnForMoreEpochsAndShowsAgainWhatIsDone) {
  make_digits();
  const Json four = json_of(small_training() + checkpoints("1epoch"));
  const Words more{"--checkpoint", "c", "--resume", "--epochs", "6"};
  Words words = small_training();
  words.erase(std::ranges::find(words, "--epochs"), std::ranges::find(words, "--output"));
  const ProgramResult again = run(small_training() + Words{"--checkpoint", "c", "--resume"});
  EXPECT_EQ(again.exit_code, 0);
  EXPECT_TRUE(contains(again.out, four["theta_sha256"].get<std::string>()));
  EXPECT_TRUE(contains(again.out, "over the last epoch"));
  const ProgramResult six = run(words + more + Words{"--json"});
  EXPECT_TRUE(contains(six.err, "--epochs 6 instead of 4: from here on the learning rate"));
  EXPECT_EQ(Json::parse(six.out)["epoch"], 6);
  expect_error(words + Words{"--checkpoint", "c", "--resume", "--epochs", "5"}, 2,
               "--epochs 5: the training of c/checkpoint-0000000000000060.h5 is in its epoch 6");
  // At a constant rate the schedule has no end: the bits are those of six epochs from the start.
  const Words constant{"--schedule", "constant"};
  output_of(small_training() + constant + Words{"--checkpoint", "d"});
  EXPECT_EQ(digest_of(words + constant + Words{"--checkpoint", "d", "--resume", "--epochs", "6"}),
            digest_of(words + constant + Words{"--epochs", "6"}));
}

TEST_F(CheckpointedTraining, RefusesADifferentOptionNamingBothValues) {
  make_digits();
  output_of({"dataset", "make", "digits", "--output", "other.h5", "--train", "200", "--test", "50",
             "--seed", "9"});
  leave_checkpoints(1);
  const std::string before = read(newest());
  const auto expect_refusal = [&](const std::string& option, const std::string& value,
                                  const std::string& part) {
    Words words = small_training();
    const auto at = std::ranges::find(words, option);
    if (at != words.end()) words.erase(at, at + 2);
    expect_error(words + Words{option, value, "--checkpoint", "c", "--resume"}, 2, part);
  };
  const std::string of = ": the training of c/checkpoint-0000000000000025.h5 has ";
  expect_refusal("--batch-size", "10", "--batch-size 10" + of + "--batch-size 20; ");
  expect_refusal("--batch-size", "full", "--batch-size 190" + of + "--batch-size 20; ");
  expect_refusal("--optimizer", "sgd", "--optimizer sgd" + of + "--optimizer adam; ");
  expect_refusal("--learning-rate", "0.25", "--learning-rate 0.25" + of + "--learning-rate 0.001");
  expect_refusal("--schedule", "constant", "--schedule constant" + of + "--schedule cosine");
  expect_refusal("--l2", "0.5", "--l2 0.5" + of + "--l2 0.0");
  expect_refusal("--seed", "7", "--seed 7" + of + "--seed 1; ");
  expect_refusal("--init", "glorot", "--init glorot" + of + "--init he");
  expect_refusal("--shards", "3", "--shards 3" + of + "--shards ");
  expect_refusal("--shuffle-window", "50", "--shuffle-window 50" + of + "--shuffle-window 190");
  expect_refusal("--label-smoothing", "0.1", "--label-smoothing 0.1" + of);
  expect_refusal("--class-weights", "balanced",
                 "--class-weights balanced" + of + "--class-weights none");
  expect_refusal("--sample-weights", "/train/y",
                 "--sample-weights /train/y" + of + "--sample-weights none");
  expect_refusal("--subset", "100", "--subset 100" + of + "--subset 0");
  expect_error(small_training() + Words{"--balance", "--checkpoint", "c", "--resume"}, 2,
               "--balance true" + of + "--balance false");
  expect_refusal("--augment", "crop 3,flip", "--augment crop 3, flip" + of + "--augment none; ");
  expect_refusal("--validation-split", "0.1", "--validation-split 0.1" + of);
  expect_refusal("--precision", "float64", "--precision float64" + of + "--precision float32");
  expect_refusal("--loss", "mean_squared_error",
                 "--loss mean_squared_error" + of + "--loss categorical_crossentropy");
  expect_refusal(
      "--model", "flatten, dense 10",
      "--model 'input 28x28x1, flatten, dense 10'" + of + "--model 'input 28x28x1, conv ");
  expect_refusal("--scale", "0.5", "--data with samples multiplied by 0.5" + of);
  expect_error(small_training() + Words{"--mean-std", "--checkpoint", "c", "--resume"}, 2,
               "--mean-std true" + of + "--mean-std false");
  expect_refusal("--data", "other.h5", "--data with training samples of SHA-256 ");
  output_of({"train", "--data", "digits.h5", "--model", "lenet5", "--epochs", "1", "--output",
             "start.h5"});
  expect_refusal("--model", "start.h5", "--model with first weights of SHA-256 ");
  EXPECT_TRUE(read(newest()) == before);
  EXPECT_FALSE(exists("c/" + fs::path(newest()).filename().string() + ".damaged"));
}

TEST_F(CheckpointedTraining, MayHaveOtherThreadsAndOutputs) {
  make_digits();
  leave_checkpoints(1);
  const std::string digest = digest_of(small_training());
  Words words = small_training();
  *std::ranges::find(words, "m.h5") = "other.h5";
  EXPECT_EQ(digest_of(words + Words{"--checkpoint", "c", "--resume", "--threads", "3", "--metrics",
                                    "new.jsonl", "--checkpoint-every", "2s", "--keep", "9",
                                    "--test-data", "digits.h5"}),
            digest);
  EXPECT_TRUE(exists("other.h5"));
}

TEST_F(CheckpointedTraining, PassesOverADamagedCheckpointAndSaysSo) {
  make_digits();
  const std::string digest = digest_of(small_training());
  leave_checkpoints(3);
  std::string torn = read("c/checkpoint-0000000000000025.h5");
  write("c/checkpoint-0000000000000025.h5", std::string_view(torn).substr(0, torn.size() / 2));
  std::string altered = read("c/checkpoint-0000000000000020.h5");
  altered[altered.size() / 2] ^= 4;
  write("c/checkpoint-0000000000000020.h5", altered);
  const ProgramResult result =
      run(small_training() + checkpoints("5steps") + Words{"--resume", "--json"});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.err, "warning: c/checkpoint-0000000000000025.h5: has "));
  EXPECT_TRUE(contains(result.err, "warning: c/checkpoint-0000000000000020.h5: was altered"));
  EXPECT_TRUE(contains(result.err, "resumed from c/checkpoint-0000000000000015.h5"));
  EXPECT_EQ(Json::parse(result.out)["theta_sha256"], digest);

  fs::remove_all(path("c"));
  fs::create_directory(path("c"));
  write("c/checkpoint-0000000000000020.h5", altered);
  expect_error(small_training() + checkpoints("5steps") + Words{"--resume"}, 65,
               "no other checkpoint in c is good");
}

TEST_F(CheckpointedTraining, WarnsOfOtherKernelsAndRefusesThemWhenTold) {
  make_digits();
  leave_checkpoints(1);
  const auto resume = [](const Words& more) {
    return small_training() + Words{"--checkpoint", "c", "--resume"} + more;
  };
  Checkpoint<float> checkpoint = load_checkpoint<float>(path(newest()));
  const std::string kernels = checkpoint.terms.provenance["kernels"];
  checkpoint.terms.provenance["kernels"] = "abacus";
  save_checkpoint(path(newest()), checkpoint.state, checkpoint.terms);
  expect_error(resume({"--exact"}), 2, "kernels " + kernels + " instead of abacus");
  if (kernels == "avx2" || kernels == "avx512") {
    expect_error(resume({"--kernels", kernels}), 2,
                 "--kernels " + kernels + ": the training in c has --kernels abacus");
  }
  const ProgramResult result = run(resume({}));
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(contains(result.err,
                       "warning: from here on the bits may be others than without the "
                       "interruption: kernels " +
                           kernels + " instead of abacus"));
}

TEST_F(CheckpointedTraining, StopsOnASignalWithTheCommandThatResumes) {
  make_digits();
  const std::string digest = digest_of(long_training());
  for (const int signal : {SIGINT, SIGTERM}) {
    const std::string name = signal == SIGINT ? "SIGINT" : "SIGTERM";
    SCOPED_TRACE(name);
    fs::remove_all(path("c"));
    RunningProgram program = start(long_training() + checkpoints("40steps"));
    wait_until([&] { return !checkpoint_files().empty(); });
    program.send(signal);
    const ProgramResult stopped = program.wait();
    EXPECT_EQ(stopped.exit_code, 75) << stopped.err;
    EXPECT_EQ(stopped.out, "");
    EXPECT_TRUE(contains(stopped.err, "dtheta: stopped by " + name + " after step "));
    EXPECT_TRUE(contains(stopped.err, "the last good checkpoint is " + newest() + ". "));
    const std::string command =
        "dtheta train --data digits.h5 --model lenet5 --epochs 150 --batch-size 20 --threads 2 "
        "--checkpoint c --checkpoint-every 40steps --output m.h5 --resume\n";
    EXPECT_TRUE(contains(stopped.err, "Go on with:\n" + command));
    const ProgramResult resumed = run_program(
        {"/bin/sh", "-c", std::string(DTHETA_PROGRAM) + command.substr(command.find(' '))},
        {.folder = path(""), .variables = {}});
    EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
    EXPECT_TRUE(contains(resumed.out, digest));
  }
}

TEST_F(CheckpointedTraining, KilledAgainAndAgainEndsTheSame) {
  make_digits();
  const std::string digest = digest_of(long_training());
  const Words words = long_training() + checkpoints("10steps") + Words{"--resume", "--json"};
  int kills = 0;
  std::string before;
  for (; kills < 10; ++kills) {
    RunningProgram program = start(words);
    wait_until([&] { return newest() != before; });
    std::this_thread::sleep_for(std::chrono::milliseconds(7 * kills));
    program.send(SIGKILL);
    const ProgramResult killed = program.wait();
    if (killed.exit_code == 0) break;
    ASSERT_EQ(killed.exit_code, 128 + SIGKILL) << killed.err;
    EXPECT_FALSE(contains(killed.err, "damaged"));
    before = newest();
  }
  EXPECT_GE(kills, 3);
  const ProgramResult last = run(words);
  EXPECT_EQ(last.exit_code, 0) << last.err;
  EXPECT_EQ(Json::parse(last.out)["theta_sha256"], digest);
  for (const auto& entry : fs::directory_iterator(path("c"))) {
    EXPECT_TRUE(entry.path().filename().string().starts_with("checkpoint-"));
  }
}

TEST_F(CheckpointedTraining, WritesOneWhenASignalAsksAndGoesOn) {
  make_digits();
  RunningProgram program = start(long_training() + checkpoints("100000steps"));
  wait_until([&] { return contains(program.err(), "epoch   1/150"); });
  program.send(SIGUSR1);
  wait_until([&] { return !checkpoint_files().empty(); });
  wait_until([&] { return contains(program.err(), "note: asked by SIGUSR1 after step "); });
  program.send(SIGUSR1);
  wait_until([&] { return checkpoint_files().size() > 1; });
  program.send(SIGTERM);
  const ProgramResult stopped = program.wait();
  EXPECT_EQ(stopped.exit_code, 75) << stopped.err;
  EXPECT_GE(checkpoint_files().size(), 2U);
}

TEST_F(CheckpointedTraining, ASecondSignalEndsItInTheMiddleOfAStep) {
  make_digits(1500, 0);
  // A step of some hundred milliseconds: all samples at once.
  RunningProgram program =
      start({"train", "--data", "digits.h5", "--model", "mnist-cnn", "--batch-size", "full",
             "--epochs", "1000", "--output", "m.h5", "--checkpoint", "c"});
  wait_until([&] { return contains(program.err(), "epoch    1/1000"); });
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  program.send(SIGINT);
  std::this_thread::sleep_for(std::chrono::milliseconds(10));
  program.send(SIGTERM);
  EXPECT_EQ(program.wait().exit_code, 128 + SIGTERM);
}

TEST_F(CheckpointedTraining, WithoutCheckpointsASignalEndsItAsEver) {
  make_digits();
  RunningProgram program = start(long_training());
  wait_until([&] { return contains(program.err(), "epoch   1/150"); });
  program.send(SIGINT);
  EXPECT_EQ(program.wait().exit_code, 128 + SIGINT);
}

TEST_F(CheckpointedTraining, ThatDivergesNamesTheStepAndTheLastGoodCheckpoint) {
  make_digits();
  const Words words{"train",        "--data",   "digits.h5",
                    "--model",      "logistic", "--optimizer",
                    "sgd",          "--loss",   "mean_squared_error",
                    "--schedule",   "constant", "--learning-rate",
                    "30",           "--epochs", "100",
                    "--batch-size", "20",       "--output",
                    "m.h5"};
  const ProgramResult result = run(words + checkpoints("1step"));
  EXPECT_EQ(result.exit_code, 76) << result.err;
  EXPECT_TRUE(contains(result.err, " step "));
  EXPECT_TRUE(contains(result.err, "; the last good checkpoint is " + newest() + "\n"));
  EXPECT_FALSE(exists("m.h5"));
  const Checkpoint<float> last = load_checkpoint<float>(path(newest()));
  EXPECT_TRUE(std::ranges::all_of(last.state.model.theta.span(),
                                  [](float number) { return std::isfinite(number); }));
  EXPECT_GT(last.state.step, 1);
  EXPECT_EQ(run(words + checkpoints("1step") + Words{"--resume"}).exit_code, 76) << "again";
  fs::remove_all(path("c"));
  EXPECT_TRUE(contains(run(words + checkpoints("50epochs")).err, "; there is no checkpoint yet"));
}

TEST_F(CheckpointedTraining, OnAFullDiskEndsWith74AndKeepsWhatThereIs) {
  make_digits();
  leave_checkpoints(2);
  const auto before = checkpoint_files();
  ProgramResult result;
  {
    const FileSizeLimit limit(100'000);
    result = run(small_training() + checkpoints("1step") + Words{"--resume"});
  }
  EXPECT_EQ(result.exit_code, 74) << result.err;
  EXPECT_TRUE(contains(result.err,
                       "c/checkpoint-0000000000000026.h5: writing failed: File too large; the last "
                       "good checkpoint is c/checkpoint-0000000000000025.h5"));
  EXPECT_EQ(checkpoint_files(), before);
  EXPECT_EQ(digest_of(small_training() + Words{"--checkpoint", "c", "--resume"}),
            digest_of(small_training()));
}

TEST_F(CheckpointedTraining, FindsAnUnusableFolderBeforeTheWork) {
  make_digits();
  write("file", "x");
  expect_error(small_training() + Words{"--checkpoint", "file"}, 73, "file: the folder for");
  expect_error(small_training() + Words{"--checkpoint", "/proc/none"}, 73, "/proc/none");
  RunningProgram program = start(long_training() + Words{"--checkpoint", "c"});
  wait_until([&] { return contains(program.err(), "epoch   1/150"); });
  expect_error(small_training() + Words{"--checkpoint", "c", "--resume"}, 73,
               "c: another training writes its checkpoints there");
}

TEST_F(CheckpointedTraining, RefusesOptionsWithoutEffect) {
  make_digits();
  expect_error(small_training() + Words{"--resume"}, 2,
               "--resume has no effect without --checkpoint DIR");
  expect_error(small_training() + Words{"--keep", "2"}, 2, "--keep has no effect");
  expect_error(small_training() + Words{"--checkpoint-every", "2s"}, 2,
               "--checkpoint-every has no");
  expect_error(small_training() + Words{"--checkpoint", "c", "--exact"}, 2,
               "--exact has no effect without --resume");
  expect_error(small_training() + checkpoints("2"), 2,
               "--checkpoint-every 2: wanted a whole number from 1 and a unit: 2epochs");
  expect_error(small_training() + Words{"--checkpoint", "c", "--keep", "0"}, 2, "from 1");
  output_of(small_training() + Words{"--checkpoint", "c", "--dry-run"});
  EXPECT_FALSE(exists("c"));
}

TEST(DifferentRuntime, NamesWhatDiffers) {
  using cli::different_runtime;
  const nlohmann::ordered_json a{{"kernels", "avx2"}, {"blas", "1"}, {"data", 3}};
  EXPECT_EQ(different_runtime(a, a), "");
  EXPECT_EQ(different_runtime(a, {{"kernels", "avx512"}, {"blas", "2"}}),
            "kernels avx512 instead of avx2, blas 2 instead of 1");
  EXPECT_EQ(different_runtime({{"blas", "1"}}, a), "kernels avx2 instead of something unknown");
}

}  // namespace
}  // namespace dtheta::test
