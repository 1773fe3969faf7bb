/// dtheta check-gradients, as a user types it.
#include "apps/dtheta_program.hpp"

namespace dtheta::test {
namespace {

class CheckGradients : public DthetaProgram {};

const std::string list = "input 8x8x2, conv 3 3x3, relu, flatten, dense 4";

TEST_F(CheckGradients, AgreesForNamesListsAndFiles) {
  EXPECT_TRUE(contains(output_of({"check-gradients", "mlp", "--numbers", "3"}),
                       "\nall derivatives agree within 1e-06\n"));
  const std::string text = output_of({"check-gradients", list});
  for (const char* const part : {"model: 493 parameters, categorical_crossentropy, a batch of 4\n",
                                 "\nconv_1/kernel ", "\ndense_1/bias "}) {
    EXPECT_TRUE(contains(text, part)) << text;
  }
  make_digits();
  output_of(quick_training());
  const nlohmann::json json = json_of({"check-gradients", "model.h5", "--sandbox"});
  EXPECT_EQ(json["model"], "model");
  EXPECT_EQ(json["agrees"], true);
  EXPECT_EQ(json["arrays"].size(), 5);
  EXPECT_EQ(json["arrays"][1]["name"], "dense_1/kernel");
  EXPECT_EQ(json["arrays"][1]["size"], 784 * 12);
  EXPECT_EQ(json["arrays"][1]["checked"], 20);
}

TEST_F(CheckGradients, EndsWith1WhenAnArrayDiffers) {
  const ProgramResult result = run({"check-gradients", list, "--tolerance", "1e-300"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_TRUE(contains(result.out, "  differs\n"));
  EXPECT_TRUE(contains(result.out, " arrays differ by more than 1e-300\n"));
}

TEST_F(CheckGradients, OptionsHaveAnEffect) {
  const auto base = json_of({"check-gradients", list});
  const auto with = [&](const Words& more) {
    return json_of(Words{"check-gradients", list} + more);
  };
  EXPECT_EQ(with({}), base);
  EXPECT_NE(with({"--seed", "2"})["arrays"], base["arrays"]);
  EXPECT_EQ(with({"--batch-size", "7"})["arrays"][0]["size"], 7 * 8 * 8 * 2);
  EXPECT_EQ(with({"--numbers", "all"})["arrays"][1]["checked"], 54);
  EXPECT_EQ(with({"--loss", "mean_squared_error"})["loss"], "mean_squared_error");
  EXPECT_EQ(json_of({"check-gradients", "logistic", "--input-shape", "5x5x1", "--outputs", "3",
                     "--numbers", "1"})["arrays"][1]["size"],
            75);
  EXPECT_EQ(json_of({"check-gradients", "dense 3", "--input-shape", "6"})["arrays"][1]["size"], 18);
}

TEST_F(CheckGradients, WhatCannotBeIsSaid) {
  expect_error({"check-gradients"}, 2, "MODEL");
  expect_error({"check-gradients", "lenet"}, 2, "did you mean 'lenet5'?");
  expect_error({"check-gradients", "dense 3, relu, dense 2"}, 2, "does not say its input");
  expect_error({"check-gradients", list, "--input-shape", "9x9x2"}, 2,
               "--input-shape 9x9x2 and the model model contradict each other");
  expect_error({"check-gradients", list, "--outputs", "5"}, 2, "--outputs 5 and");
  expect_error({"check-gradients", list, "--tolerance", "0"}, 2, "--tolerance 0");
  expect_error({"check-gradients", list, "--numbers", "0"}, 2, "--numbers 0");
  expect_error({"check-gradients", "none.h5"}, 74, "none.h5");
  make_digits();
  output_of(quick_training());
  expect_error({"check-gradients", "model.h5", "--input-shape", "5"}, 2, "--input-shape 5 and");
  expect_error({"check-gradients", "digits.h5"}, 65, "digits.h5");
}

}  // namespace
}  // namespace dtheta::test
