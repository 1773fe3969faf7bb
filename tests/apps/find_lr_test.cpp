#include "apps/dtheta_program.hpp"

namespace dtheta::test {
namespace {

using Json = nlohmann::json;

const Words find_lr{"find-lr", "--data", "digits.h5", "--model",
                    "flatten, dense 12, relu, dense 10"};

class FindLr : public DthetaProgram {
 protected:
  FindLr() { make_digits(); }
};

TEST_F(FindLr, SuggestsARateThatTrains) {
  const Json json = json_of(find_lr);
  ASSERT_TRUE(json["suggestion"].is_number()) << json;
  const double rate = json["suggestion"];
  EXPECT_DOUBLE_EQ(rate, json["lowest"].get<double>() / 10);
  EXPECT_TRUE(json["is_diverged"].is_boolean());
  const Json trained = json_of(quick_training() + Words{"--learning-rate", std::to_string(rate)});
  EXPECT_LT(trained["loss"], json["trials"][0]["loss"]);
  EXPECT_TRUE(contains(output_of(find_lr), "suggestion   --learning-rate "));
}

TEST_F(FindLr, TriesTheRatesThatAreAskedFor) {
  const Json json =
      json_of(find_lr + Words{"--first-rate", "1e-6", "--last-rate", "1e-3", "--steps", "7"});
  const Json& trials = json["trials"];
  ASSERT_EQ(trials.size(), 7);
  EXPECT_DOUBLE_EQ(trials[0]["learning_rate"], 1e-6);
  EXPECT_NEAR(trials[6]["learning_rate"], 1e-3, 1e-15);
}

TEST_F(FindLr, GoesByTheOptionsOfTheTraining) {
  const auto losses = [&](const Words& more) {
    return json_of(find_lr + Words{"--steps", "20"} + more)["trials"];
  };
  const Json base = losses({});
  EXPECT_EQ(base, losses({"--threads", "3"})) << "the same bits";
  EXPECT_NE(base, losses({"--optimizer", "sgd"}));
  EXPECT_NE(base, losses({"--batch-size", "20"}));
  EXPECT_NE(base, losses({"--seed", "2"}));
  EXPECT_NE(base, losses({"--init", "glorot"}));
  EXPECT_NE(base, losses({"--precision", "float64"}));
}

TEST_F(FindLr, DrawsAPlot) {
  output_of(find_lr + Words{"--plot", "rates.svg"});
  const std::string svg = read("rates.svg");
  EXPECT_TRUE(svg.starts_with("<svg "));
  EXPECT_TRUE(svg.ends_with("</svg>\n"));
  EXPECT_TRUE(contains(svg, "polyline"));
  EXPECT_TRUE(contains(svg, "1e-3"));
}

TEST_F(FindLr, SaysWhatDoesNotFitTogether) {
  expect_error(find_lr + Words{"--first-rate", "1", "--last-rate", "0.1"}, 2,
               "--first-rate 1 and --last-rate 0.1 contradict each other");
  expect_error(find_lr + Words{"--learning-rate", "1"}, 2, "'--learning-rate' is not an option of");
  expect_error(find_lr + Words{"--momentum", "0.5"}, 2,
               "--momentum and --optimizer adam contradict");
  expect_error(find_lr + Words{"--plot", "digits.h5"}, 2, "digits.h5");
}

}  // namespace
}  // namespace dtheta::test
