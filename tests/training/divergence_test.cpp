#include "dtheta/training/divergence.hpp"

#include <limits>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "support/messages.hpp"
#include "training/training_cases.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;

const Dataset& values() {
  static const Dataset data = test::random_values(24, {6, 6, 1}, 1);
  return data;
}

constexpr float huge = 3e38F;
constexpr std::string_view layers = "conv 2 3x3, relu, flatten, dense 3, tanh, dense 1";

/// What the first step says when the model has been changed.
template <class T = float, class Change>
std::string complaint(Change change) {
  Workers workers(2);
  Model<T> model = test::model_for<T>(values(), layers);
  change([&](std::size_t parameter) {
    return model.network->parameter(model.theta.span(), parameter).span();
  });
  Trainer<T> trainer(std::move(model), {.shards = 3}, values(), test::all_samples(values()),
                     workers);
  return message_of<Diverged>([&] { trainer.step(); });
}

TEST(Divergence, NamesTheFirstParameterThatIsNotFinite) {
  constexpr float infinity = std::numeric_limits<float>::infinity();
  EXPECT_TRUE(contains(complaint([](auto parameter) { parameter(4)[1] = infinity; }),
                       "the first not to be finite was dense_2/kernel; lower"));
  EXPECT_TRUE(contains(complaint([](auto parameter) {
                         parameter(1)[1] = -infinity;
                         parameter(2)[0] = infinity;
                         parameter(5)[0] = infinity;
                       }),
                       "was conv_1/bias (and 2 other parameters); lower"));
}

TEST(Divergence, NamesTheFirstLayerWhoseOutputIsNotFinite) {
  EXPECT_TRUE(contains(complaint([](auto parameter) {
                         for (float& weight : parameter(0)) weight = huge;
                       }),
                       "the first not to be finite was the output of conv_1; lower"));
  EXPECT_TRUE(contains(complaint([](auto parameter) {
                         for (float& weight : parameter(4)) weight = huge;
                         for (float& bias : parameter(3)) bias = 9;  // tanh is 1
                       }),
                       "the loss is infinite at step 1 of epoch 1; the first not to be finite was "
                       "the output of dense_2; lower"));
}

TEST(Divergence, TellsWhenAllLayersAreFinite) {
  // The square of an error, which is taken in double.
  EXPECT_TRUE(contains(complaint<double>([](auto parameter) { parameter(5)[0] = 1e200; }),
                       "the first not to be finite was the loss itself; lower"));
}

TEST(Divergence, NamesTheWeightsThatAnEpochEndsWith) {
  Workers workers(2);
  Trainer<float> trainer(test::model_for<float>(values(), "flatten, dense 1"),
                         {.epochs = 9,
                          .batch_size = 0,
                          .optimizer = {.name = "sgd"},
                          .learning_rate = 1e15,
                          .schedule = "constant"},
                         values(), test::all_samples(values()), workers);
  EXPECT_TRUE(contains(message_of<Diverged>([&] { trainer.fit(); }), ": dense_1/"));
}

TEST(Divergence, LooksAtTheInputToo) {
  const Model<double> model = test::model_for<double>(values(), layers);
  Workspace<double> workspace(*model.network, 2, WorkspaceMode::training);
  PreparedTheta<double> theta(*model.network, WorkspaceMode::training);
  theta.update(model.theta.span());
  model.network->forward(theta, workspace, 2);
  EXPECT_EQ(first_bad_output(*model.network, workspace, 2), std::nullopt);
  workspace.x(2)[3] = std::numeric_limits<double>::quiet_NaN();
  model.network->forward(theta, workspace, 2);
  EXPECT_EQ(first_bad_output(*model.network, workspace, 2), 0);
}

}  // namespace
}  // namespace dtheta
