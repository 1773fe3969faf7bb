// When a training ends, and with which epoch's model.
#include <algorithm>
#include <string>

#include "apps/dtheta_program.hpp"
#include "dtheta/core/shape.hpp"

namespace dtheta::test {
namespace {

using Json = nlohmann::json;

/// A training at a constant rate with 40 of 200 digits held out.
Words training(const std::string& epochs) {
  return {"train",
          "--data",
          "digits.h5",
          "--model",
          "flatten, dense 10",
          "--epochs",
          epochs,
          "--output",
          "m.h5",
          "--batch-size",
          "20",
          "--schedule",
          "constant",
          "--validation-split",
          "0.2",
          "--optimizer",
          "sgd"};
}

class Stopping : public DthetaProgram {
 protected:
  Stopping() { make_digits(); }

  Size epochs_of(const Words& words) const { return json_of(words)["epoch"]; }
};

TEST_F(Stopping, EndsWhenTheValidationLossFallsNoMore) {
  const Words words = training("9") + Words{"--learning-rate", "1e-30", "--early-stopping"};
  EXPECT_EQ(epochs_of(words + Words{"2"}), 3) << "nothing moves: the first epoch is the best";
  EXPECT_EQ(epochs_of(words + Words{"20"}), 9);
  const ProgramResult result = run(words + Words{"2"});
  EXPECT_TRUE(
      contains(result.err, "--early-stopping 2: the loss has not been lower since epoch 1"));
  EXPECT_TRUE(contains(result.out, "validation loss")) << result.out;
}

TEST_F(Stopping, GoesByTheTrainingLossWhereNothingIsHeldOut) {
  Words without = training("9");
  without.erase(std::ranges::find(without, "--validation-split"),
                std::ranges::find(without, "--optimizer"));
  const Json json = json_of(without + Words{"--learning-rate", "1e-30", "--early-stopping", "3"});
  EXPECT_LT(json["epoch"], 9);
  EXPECT_TRUE(json.contains("best_training_loss"));
  EXPECT_FALSE(json.contains("best_validation_loss"));
}

TEST_F(Stopping, EndsWhenTheTargetIsReached) {
  EXPECT_EQ(epochs_of(training("9") + Words{"--target", "accuracy=0"}), 1);
  EXPECT_EQ(epochs_of(training("2") + Words{"--target", "loss=0"}), 2);
  const Json json = json_of(training("60") + Words{"--target", "accuracy=0.4"});
  EXPECT_LT(json["epoch"], 60);
  EXPECT_GE(json["validation_accuracy"], 0.4);
  const ProgramResult result = run(training("9") + Words{"--target", "accuracy=0"});
  EXPECT_TRUE(contains(result.err, "--target accuracy=0: reached after epoch 1"));
}

TEST_F(Stopping, SavesTheBestEpochWhenTold) {
  // A rate at which the loss soon leaps up and down.
  const Words words = Words{"--learning-rate", "3"};
  const Json best = json_of(training("8") + words + Words{"--keep-best"});
  const Size epoch = best["best_epoch"];
  ASSERT_LT(epoch, 8) << "the last is the best: nothing to see";
  const Json last = json_of(training("8") + words);
  EXPECT_NE(best["theta_sha256"], last["theta_sha256"]);
  const Json shorter = json_of(training(std::to_string(epoch)) + words);
  EXPECT_EQ(best["theta_sha256"], shorter["theta_sha256"]);
  EXPECT_EQ(best["test_loss"], shorter["test_loss"]) << "the test is that of the saved model";
  EXPECT_TRUE(contains(output_of(training("8") + words + Words{"--keep-best"}),
                       "m.h5, of epoch " + std::to_string(epoch)));
}

TEST_F(Stopping, SavesTheAveragesThatWereValidated) {
  const Json json = json_of(training("3") + Words{"--ema", "0.9"});
  const Json evaluation = json_of({"evaluate", "--model", "m.h5", "--data", "digits.h5"});
  EXPECT_EQ(json["test_loss"], evaluation["loss"]);
  EXPECT_EQ(json_of({"inspect", "m.h5"})["theta_sha256"], json["theta_sha256"]);
  EXPECT_NE(json["theta_sha256"], json_of(training("3"))["theta_sha256"]);
}

TEST_F(Stopping, EndsWhenTheTimeIsOverAndCanGoOn) {
  const Words words = training("1000000") + Words{"--checkpoint", "c", "--time-limit", "1s"};
  const ProgramResult result = run(words);
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_TRUE(contains(result.err, "--time-limit 1s: ended after step "));
  EXPECT_TRUE(exists("m.h5"));
  const ProgramResult resumed = run(words + Words{"--resume"});
  EXPECT_EQ(resumed.exit_code, 0) << resumed.err;
  EXPECT_TRUE(contains(resumed.err, "resumed from c/checkpoint-"));
  EXPECT_TRUE(contains(resumed.err, "--time-limit 1s: ended after step "));
}

TEST_F(Stopping, MayBeChangedWhenATrainingIsResumed) {
  const Words words = training("9") + Words{"--learning-rate", "1e-30", "--checkpoint", "c"};
  EXPECT_EQ(epochs_of(words + Words{"--early-stopping", "2"}), 3);
  const Words resumed = words + Words{"--resume"};
  EXPECT_EQ(epochs_of(resumed + Words{"--early-stopping", "2"}), 3) << "it had ended";
  EXPECT_EQ(epochs_of(resumed + Words{"--early-stopping", "4"}), 5);
  EXPECT_EQ(epochs_of(resumed + Words{"--target", "accuracy=0"}), 5) << "the last one reached it";
  expect_error(resumed + Words{"--keep-best"}, 2,
               "--keep-best true: the training of c/checkpoint-");
  expect_error(resumed + Words{"--ema", "0.5"}, 2, "--ema 0.5: the training of c/checkpoint-");
  EXPECT_EQ(epochs_of(resumed), 9);
}

}  // namespace
}  // namespace dtheta::test
