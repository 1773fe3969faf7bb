#include <algorithm>
#include <map>
#include <set>
#include <sstream>

#include "apps/dtheta_program.hpp"
#include "dtheta/core/shape.hpp"

namespace dtheta::test {
namespace {

using Json = nlohmann::json;

class TrainOptions : public DthetaProgram {
 protected:
  std::string digest_of(const Words& words) const { return json_of(words)["theta_sha256"]; }
};

/// Every option of the recipe leads to other weights than the default, and no two to the same.
TEST_F(TrainOptions, OfTheRecipeDecideTheWeights) {
  make_digits();
  const std::vector<Words> variants{
      {},
      {"--batch-size", "50"},
      {"--batch-size", "full"},
      {"--optimizer", "sgd"},
      {"--optimizer", "momentum"},
      {"--optimizer", "momentum", "--momentum", "0.5"},
      {"--optimizer", "nesterov"},
      {"--optimizer", "adagrad"},
      {"--optimizer", "rmsprop"},
      {"--optimizer", "lion"},
      {"--optimizer", "lamb"},
      {"--optimizer", "lars"},
      {"--optimizer", "lars", "--trust-coefficient", "0.01"},
      {"--beta1", "0.5"},
      {"--beta2", "0.9"},
      {"--epsilon", "0.01"},
      {"--accumulate", "2"},
      {"--learning-rate", "0.01"},
      {"--init", "zeros"},
      {"--init", "glorot"},
      {"--init", "uniform"},
      {"--init", "normal"},
      {"--schedule", "constant"},
      {"--min-learning-rate", "5e-4"},
      {"--schedule", "step"},
      {"--schedule", "step", "--decay-rate", "0.5"},
      {"--schedule", "step", "--decay-every", "1epoch"},
      {"--schedule", "exponential"},
      {"--schedule", "polynomial"},
      {"--schedule", "polynomial", "--power", "2"},
      {"--schedule", "one-cycle"},
      {"--schedule", "one-cycle", "--pct-start", "0.6"},
      {"--schedule", "one-cycle", "--div-factor", "5"},
      {"--schedule", "one-cycle", "--final-div-factor", "5"},
      {"--warmup", "1step"},
      {"--warmup", "1epoch"},
      {"--optimizer", "adamw"},
      {"--optimizer", "adamw", "--weight-decay", "0.2"},
      {"--weight-decay", "0.1"},
      {"--clip-norm", "0.5"},
      {"--clip-value", "0.01"},
      {"--ema", "0.5"},
      {"--l2", "0.1"},
      {"--seed", "2"},
      {"--shards", "3"},
      {"--validation-split", "0.2"},
      {"--shuffle-window", "60"},
      {"--augment", "crop 2"},
      {"--augment", "mixup 0.2"},
      {"--precision", "float64"},
      {"--loss", "mean_squared_error"},
      {"--loss", "huber"},
      {"--loss", "huber 0.5"},
      {"--loss", "hinge"},
      {"--label-smoothing", "0.1"},
      {"--class-weights", "3:2"},
      {"--sample-weights", "/train/y"},
      {"--subset", "150"},
      {"--subset", "150", "--stratify"},
      {"--model", "flatten, dense 12, tanh, dense 10"},
      {"--epochs", "1"},
  };
  std::map<std::string, Words> seen;
  for (const Words& variant : variants) {
    Words words{"train", "--data", "digits.h5", "--output", "m.h5"};
    if (variant.empty() || variant[0] != "--model") {
      words = words + Words{"--model", "conv 2 7x7 stride 5, relu, flatten, dense 10"};
    }
    if (variant.empty() || variant[0] != "--epochs") words = words + Words{"--epochs", "2"};
    const auto [earlier, is_new] = seen.emplace(digest_of(words + variant), variant);
    EXPECT_TRUE(is_new) << testing::PrintToString(variant) << " gives the weights of "
                        << testing::PrintToString(earlier->second);
  }
}

/// They show only after some epochs: the first is always the best so far.
TEST_F(TrainOptions, OfAPlateauDecideTheWeights) {
  make_digits();
  const Words words{"train",    "--data", "digits.h5", "--model", "flatten, dense 10",
                    "--output", "m.h5",   "--epochs",  "4",       "--schedule"};
  const Words plateau{"plateau", "--plateau-threshold", "0.9", "--plateau-patience"};
  std::set<std::string> digests{digest_of(words + Words{"constant"}),
                                digest_of(words + plateau + Words{"0"}),
                                digest_of(words + plateau + Words{"1"}),
                                digest_of(words + plateau + Words{"1", "--decay-rate", "0.5"})};
  EXPECT_EQ(digests.size(), 4);
  EXPECT_TRUE(digests.contains(
      digest_of(words + Words{"plateau", "--plateau-threshold", "0", "--plateau-patience", "0"})))
      << "every epoch is better: a constant rate";
}

TEST_F(TrainOptions, ThatOthersDoNotHaveAreRefused) {
  make_digits();
  const auto refuse = [&](const Words& more, const std::string& part) {
    expect_error(quick_training() + more, 2, part);
  };
  refuse({"--momentum", "0.5"},
         "--momentum and --optimizer adam contradict each other: only momentum, nesterov and lars "
         "have it");
  refuse({"--optimizer", "sgd", "--beta2", "0.5"}, "--beta2 and --optimizer sgd contradict");
  refuse({"--trust-coefficient", "0.5"}, "only lars has it");
  refuse({"--power", "2"},
         "--power and --schedule cosine contradict each other: only polynomial has it");
  refuse({"--schedule", "constant", "--decay-every", "2epochs"},
         "--decay-every and --schedule constant contradict each other: only step and exponential "
         "have it");
  refuse({"--clip-norm", "1", "--clip-value", "2"},
         "--clip-norm 1 and --clip-value 2 contradict each other");
  refuse({"--batch-size", "full", "--accumulate", "2"},
         "--accumulate 2 and --batch-size full contradict each other");
  refuse({"--warmup", "2epochs"}, "a warmup of 2epochs leaves nothing");
  refuse({"--warmup", "2s"}, "--warmup 2s: wanted a whole number from 1 and a unit");
  refuse({"--min-learning-rate", "1"}, "min-learning-rate is 1; wanted at most");
  refuse({"--ema", "1"}, "--ema 1: wanted between 0 and 1");
  refuse({"--target", "accuracy=2"}, "--target accuracy=2: wanted accuracy=0.99");
  refuse({"--time-limit", "5epochs"}, "--time-limit 5epochs: wanted");
  refuse({"--early-stopping", "0"}, "--early-stopping 0: wanted");
}

TEST_F(TrainOptions, OfTheRecipeAreRecordedWithWhatTheDefaultsStandFor) {
  make_digits();
  const Json recipe =
      json_of(quick_training() + Words{"--optimizer", "momentum", "--momentum", "0.5", "--l2",
                                       "0.25", "--batch-size", "full"})["recipe"];
  EXPECT_EQ(recipe["optimizer"], "momentum");
  EXPECT_EQ(recipe["momentum"], 0.5);
  EXPECT_EQ(recipe["l2"], 0.25);
  EXPECT_EQ(recipe["batch_size"], 200);
  EXPECT_EQ(recipe["shuffle_window"], 200);
  EXPECT_GT(recipe["learning_rate"], 0);
  EXPECT_GT(recipe["shards"], 0);
  EXPECT_EQ(json_of({"inspect", "model.h5"})["recipe"], recipe);
}

TEST_F(TrainOptions, KernelsAreWhatRunsAndIsRecorded) {
  make_digits();
  const Json json = json_of(quick_training() + Words{"--kernels", "avx2"});
  EXPECT_EQ(json["kernels"], "avx2");
  EXPECT_EQ(json_of({"inspect", "model.h5"})["provenance"]["kernels"], "avx2");
}

TEST_F(TrainOptions, ComeFromCommandLineEnvironmentFileInThisOrder) {
  make_digits();
  write("t.ini", "epochs = 3\nseed = 3\n[optimisation]\nl2 = 0.5  # strong\n");
  const Words words{"train",    "--data",   "digits.h5", "--model", "logistic", "--output",
                    "model.h5", "--config", "t.ini",     "--seed",  "1"};
  const Json recipe = json_of(words, {{"DTHETA_EPOCHS", "2"}, {"DTHETA_SEED", "2"}})["recipe"];
  EXPECT_EQ(recipe["seed"], 1);
  EXPECT_EQ(recipe["epochs"], 2);
  EXPECT_EQ(recipe["l2"], 0.5);
  const ProgramResult result = run({"models"}, {{"DTHETA_SEDE", "2"}, {"DTHETA_SEED", "2"}});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_TRUE(contains(result.err,
                       "DTHETA_SEDE is not an option of any command; did you mean "
                       "'DTHETA_SEED'?"));
}

TEST_F(TrainOptions, DryRunTellsTheConfigurationAndTrainsNothing) {
  make_digits();
  write("t.ini", "seed = 3\n");
  const Words words{"train",    "--data",   "digits.h5", "--model", "flatten, dense 10, softmax",
                    "--output", "m.h5",     "--metrics", "m.jsonl", "--config",
                    "t.ini",    "--dry-run"};
  const std::string text = output_of(words, {{"DTHETA_EPOCHS", "2"}});
  EXPECT_FALSE(exists("m.h5"));
  EXPECT_FALSE(exists("m.jsonl"));
  const auto has_line = [&](const std::string& beginning, const std::string& end) {
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) {
      if (line.starts_with(beginning) && line.ends_with(end)) return true;
    }
    return false;
  };
  EXPECT_TRUE(has_line("seed = 3 ", "# --config")) << text;
  EXPECT_TRUE(has_line("epochs = 2 ", "# environment")) << text;
  EXPECT_TRUE(has_line("model = flatten, dense 10, softmax ", "# command line")) << text;
  EXPECT_TRUE(has_line("batch-size = 128 ", "# default")) << text;
  EXPECT_TRUE(contains(text, "7,850 parameters"));

  write("plan.ini", text);  // the plan is a configuration: it leads to the same training
  const Words by_plan{"train", "--config", "plan.ini"};
  EXPECT_EQ(digest_of(by_plan),
            digest_of({"train", "--data", "digits.h5", "--model", "flatten, dense 10, softmax",
                       "--epochs", "2", "--seed", "3", "--output", "m.h5"}));
}

TEST_F(TrainOptions, DecideTheMemory) {
  make_digits();
  const auto memory = [&](const Words& more) {
    return json_of(quick_training() + Words{"--dry-run"} + more)["memory"];
  };
  const auto without = [](Words words, const std::string& name) {
    const auto at = std::ranges::find(words, name);
    words.erase(at, at + 2);
    return words;
  };
  const Json base = memory({"--shards", "4"});
  EXPECT_EQ(base["threads"], 2);
  EXPECT_EQ(base["shards"], 4);
  EXPECT_EQ(base["data_bytes"], 250 * (784 + 4));
  EXPECT_EQ(base["feed_bytes"], (2 * 200 + 2 * 128) * 8) << "the order of samples and a batch";
  EXPECT_EQ(base["parameters"], 784 * 12 + 12 + 120 + 10);
  EXPECT_EQ(base["optimizer_slots"], 2);
  EXPECT_EQ(base["total_bytes"], base["theta_bytes"].get<Size>() * 7 +
                                     base["workspace_bytes"].get<Size>() * 2 + 250 * 788 +
                                     base["feed_bytes"].get<Size>());
  EXPECT_EQ(memory({"--shards", "4", "--optimizer", "sgd"})["optimizer_slots"], 0);
  EXPECT_GT(memory({"--shards", "2"})["workspace_bytes"], base["workspace_bytes"]);
  EXPECT_EQ(base["arrays"], 0);
  const Json more = memory({"--shards", "4", "--ema", "0.9", "--keep-best", "--clip-norm", "1"});
  EXPECT_EQ(more["arrays"], 3) << "the average, the best, dtheta";
  EXPECT_EQ(more["workspace_bytes"], base["workspace_bytes"]);
  EXPECT_EQ(memory({"--shards", "4", "--accumulate", "2"})["arrays"], 1);
  const Size in_double =
      memory({"--shards", "4", "--precision", "float64"})["theta_bytes"].get<Size>();
  EXPECT_NEAR(static_cast<double>(in_double) / base["theta_bytes"].get<double>(), 2, 0.05);
  const Words threads = without(quick_training(), "--threads") +
                        Words{"--dry-run", "--shards", "4", "--threads", "3"};
  EXPECT_EQ(json_of(threads)["memory"]["threads"], 3);
}

}  // namespace
}  // namespace dtheta::test
