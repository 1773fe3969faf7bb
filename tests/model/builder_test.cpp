#include "dtheta/model/builder.hpp"

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/model/zoo.hpp"
#include "support/messages.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;

const DataTraits digits{.sample_shape = {28, 28, 1}, .classes = 10};
const DataTraits cats{.sample_shape = {64, 64, 3}, .classes = 2};
const DataTraits houses{.sample_shape = {13}, .values_per_sample = 2};

Size outputs_of(const NetworkChoice& choice) {
  return std::get<DenseOptions>(choice.spec.layers.back().layer).units;
}

std::string refusal(std::string_view text, const DataTraits& data, std::string_view loss = "") {
  return message_of<UsageError>([&] { choose_network(text, data, loss); });
}

TEST(ChooseNetwork, SizesANamedNetworkFromTheData) {
  const auto mlp = choose_network("mlp", digits, "");
  EXPECT_EQ(layer_list_text(mlp.spec),
            "input 28x28x1, flatten, dense 512 relu, dense 256 relu, dense 10");
  EXPECT_EQ(mlp.loss, "categorical_crossentropy");

  const auto logistic = choose_network("logistic", cats, "");
  EXPECT_EQ(layer_list_text(logistic.spec), "input 64x64x3, flatten, dense 1");
  EXPECT_EQ(logistic.loss, "binary_crossentropy");

  const auto regression = choose_network("mlp", houses, "");
  EXPECT_EQ(outputs_of(regression), 2);
  EXPECT_EQ(regression.loss, "mean_squared_error");
}

TEST(ChooseNetwork, BuildsEveryNetworkOfTheZooOnItsOwnData) {
  for (const ZooEntry& entry : zoo()) {
    const Size classes = entry.natural_outputs == 1 ? 2 : entry.natural_outputs;
    const auto choice =
        choose_network(entry.name, {.sample_shape = entry.natural_input, .classes = classes}, "");
    EXPECT_EQ(outputs_of(choice), entry.natural_outputs) << entry.name;
  }
}

TEST(ChooseNetwork, LetsTheLossOverride) {
  const auto softmax = choose_network("logistic", cats, "categorical_crossentropy");
  EXPECT_EQ(outputs_of(softmax), 2) << "a softmax needs both classes";
  EXPECT_EQ(softmax.loss, "categorical_crossentropy");
  const auto sigmoids = choose_network("logistic", digits, "binary_crossentropy");
  EXPECT_EQ(outputs_of(sigmoids), 10) << "one against the others";
  EXPECT_EQ(sigmoids.loss, "binary_crossentropy");
  EXPECT_EQ(choose_network("cats", cats, "mean_squared_error").loss, "mean_squared_error");
  EXPECT_EQ(choose_network("dense 2, sigmoid", houses, "binary_crossentropy").loss,
            "binary_crossentropy");
}

TEST(ChooseNetwork, ReadsTheLossOffALayerList) {
  const std::string two = "flatten, dense 2", one = "flatten, dense 1";
  EXPECT_EQ(choose_network(two, cats, "").loss, "categorical_crossentropy");
  EXPECT_EQ(choose_network(one, cats, "").loss, "binary_crossentropy");
  EXPECT_EQ(choose_network(two + ", softmax", cats, "").loss, "categorical_crossentropy");
  EXPECT_EQ(choose_network(two + ", sigmoid", cats, "").loss, "binary_crossentropy");
  EXPECT_EQ(choose_network("dense 2", houses, "").loss, "mean_squared_error");
  const auto choice = choose_network(one + ", sigmoid", cats, "");
  EXPECT_EQ(layer_list_text(choice.spec), "input 64x64x3, flatten, dense 1")
      << "the output activation belongs to the loss";
}

TEST(ChooseNetwork, ReadsAFlatRowAsThePictureItIs) {
  const DataTraits table{.sample_shape = {784}, .classes = 10};
  EXPECT_EQ(choose_network("lenet5", table, "").spec.input, (Shape{28, 28, 1}));
  EXPECT_EQ(choose_network("input 28x28x1, flatten, dense 10", table, "").spec.input,
            (Shape{28, 28, 1}));
  EXPECT_EQ(choose_network("dense 10", table, "").spec.input, Shape{784});
  EXPECT_EQ(choose_network("input 784, dense 10", digits, "").spec.input, Shape{784});
  EXPECT_EQ(choose_network("mlp", {.sample_shape = {100}, .classes = 10}, "").spec.input,
            Shape{100});
}

TEST(ChooseNetwork, RefusesAnInputThatIsNotTheDatas) {
  const std::string message = refusal("input 28x28x1, flatten, dense 2", cats);
  EXPECT_TRUE(contains(message, "'input 28x28x1'"));
  EXPECT_TRUE(contains(message, "64x64x3"));
  EXPECT_TRUE(contains(refusal("input 3x64x64, flatten, dense 2", cats), "64x64x3"))
      << "as many numbers, but other axes";
}

TEST(ChooseNetwork, RefusesWhatItCannotRead) {
  const std::string unknown = refusal("lenet", digits);
  EXPECT_TRUE(contains(unknown, "lenet5")) << "names the zoo";
  EXPECT_TRUE(contains(unknown, "maxpool")) << "names the layers";
  EXPECT_TRUE(contains(refusal("flatten, dens 10", digits), "dens 10"));
  EXPECT_TRUE(contains(refusal("", digits), "names no layer"));
  EXPECT_TRUE(contains(refusal("mlp", digits, "absent"), "absent"));
}

TEST(ChooseNetwork, RefusesLayersThatDoNotFit) {
  EXPECT_TRUE(contains(refusal("dense 10", digits), "flatten"));
  EXPECT_TRUE(contains(refusal("lenet5", houses), "13"));
  EXPECT_TRUE(contains(refusal("conv 3 3x3", digits), "flatten, dense N"));
}

TEST(ChooseNetwork, RefusesContradictions) {
  const std::string message = refusal("flatten, dense 10, softmax", digits, "binary_crossentropy");
  EXPECT_TRUE(contains(message, "softmax"));
  EXPECT_TRUE(contains(message, "binary_crossentropy"));
  EXPECT_TRUE(contains(refusal("flatten, dense 1, sigmoid", cats, "categorical_crossentropy"),
                       "belongs to a softmax"));
  EXPECT_TRUE(
      contains(refusal("flatten, dense 1, sigmoid", cats, "mean_squared_error"), "sigmoid"));
  EXPECT_TRUE(contains(refusal("dense 2, sigmoid", houses), "real targets"));
  EXPECT_TRUE(contains(refusal("flatten, dense 1, softmax", cats), "always 1"));
  EXPECT_TRUE(contains(refusal("mlp", {.sample_shape = {3}, .classes = 1}), "one class"));
}

TEST(FitsInput, TakesTheSameShapeOrAFlatRow) {
  EXPECT_TRUE(fits_input({28, 28, 1}, {28, 28, 1}));
  EXPECT_TRUE(fits_input(Shape{784}, {28, 28, 1}));
  EXPECT_TRUE(fits_input({28, 28, 1}, Shape{784}));
  EXPECT_FALSE(fits_input(Shape{783}, {28, 28, 1}));
  EXPECT_FALSE(fits_input({1, 28, 28}, {28, 28, 1}));
}

}  // namespace
}  // namespace dtheta
