// What a step computes, against the equations written out: the 1/m mean (4) for the true m whatever
// the sharding, textbook gradient descent, the weight penalty.
#include <cmath>
#include <utility>

#include <gtest/gtest.h>

#include "dtheta/model/prepared_theta.hpp"
#include "dtheta/training/trainer.hpp"
#include "support/numbers.hpp"
#include "training/training_cases.hpp"

namespace dtheta {
namespace {

using test::numbers_of;

/// θ and costs after some steps of plain gradient descent.
template <std::floating_point T>
struct Descent {
  std::vector<T> theta;
  std::vector<double> costs;
};

template <std::floating_point T>
Descent<T> descend(const Dataset& data, Model<T> model, Recipe recipe, int steps) {
  Workers workers(2);
  recipe.epochs = steps;  // of one step each unless batches are smaller than the set
  Trainer<T> trainer(std::move(model), recipe, data, test::all_samples(data), workers);
  Descent<T> descent;
  for (int i = 0; i < steps; ++i) descent.costs.push_back(trainer.step().cost);
  descent.theta = numbers_of(trainer.model());
  return descent;
}

TEST(Trainer, DoesTheTextbooksGradientDescent) {
  constexpr Size n = 50, features = 12;
  constexpr int steps = 40;
  constexpr double rate = 0.3;
  const Dataset data = test::random_classes(n, {features}, 2);
  const auto descent =
      descend(data, test::model_for<double>(data, "logistic", "", Initializer::zeros),
              test::plain_descent(rate), steps);

  // w ← w − rate · (1/n) Σ (σ(w·x + b) − y) x, from zero.
  std::vector<double> w(features, 0.0), costs;
  double b = 0;
  for (int step = 0; step < steps; ++step) {
    std::vector<double> dw(features, 0.0);
    double db = 0, cost = 0;
    for (std::size_t i = 0; i < n; ++i) {
      const auto x = [&](std::size_t j) {
        return std::to_integer<int>(data.x()[i * features + j]) / 255.0;
      };
      double z = b;
      for (std::size_t j = 0; j < features; ++j) z += w[j] * x(j);
      const double a = 1 / (1 + std::exp(-z));
      const double y = data.labels()[i];
      cost -= (y * std::log(a) + (1 - y) * std::log(1 - a)) / n;
      for (std::size_t j = 0; j < features; ++j) dw[j] += (a - y) * x(j) / n;
      db += (a - y) / n;
    }
    for (std::size_t j = 0; j < features; ++j) w[j] -= rate * dw[j];
    b -= rate * db;
    costs.push_back(cost);
  }
  EXPECT_NEAR(costs.front(), std::log(2), 1e-15) << "from zero every answer is 1/2";
  EXPECT_LT(costs.back(), costs.front());
  w.push_back(b);
  EXPECT_LE(relative_error(std::span(descent.theta), std::span(w)), 1e-12);
  EXPECT_LE(relative_error(std::span(descent.costs), std::span(costs)), 1e-12);
}

/// dθ of the mean cost over all of `data`, in one piece and without the trainer.
std::vector<double> whole_batch_gradient(const Dataset& data, const Model<double>& model) {
  const Network<double>& network = *model.network;
  Workspace<double> workspace(network, data.size(), WorkspaceMode::training);
  const auto samples = test::all_samples(data);
  data.gather(samples, model.input, workspace.x(data.size()), workspace.y(data.size()));
  PreparedTheta<double> theta(network, WorkspaceMode::training);
  theta.update(model.theta.span());
  const auto z = network.forward(theta, workspace, data.size());
  make_loss<double>(model.loss)
      ->forward_backward(z, workspace.y(data.size()), workspace.doutput(data.size()));
  Model<double> gradient = model;
  std::ranges::fill(gradient.theta.span(), 0.0);
  network.backward(theta, workspace, data.size(),
                   {.dtheta = network.parameters(gradient.theta.span())});
  std::vector<double> numbers = numbers_of(gradient);
  for (double& number : numbers) number /= static_cast<double>(data.size());
  return numbers;
}

class Sharding : public testing::TestWithParam<Size> {};
INSTANTIATE_TEST_SUITE_P(Shards, Sharding, testing::Values(1, 2, 3, 8, 13, 37));

TEST_P(Sharding, GivesTheGradientOfTheWholeBatch) {
  const Dataset data = test::random_classes(37, {8, 7, 2}, 3);
  const auto model =
      test::model_for<double>(data, "conv 4 3x3, tanh, maxpool 2, flatten, dense 6, relu, dense 3");
  Recipe recipe = test::plain_descent(1);  // θ − θ' is the gradient
  recipe.shards = GetParam();
  const auto after = descend(data, model, recipe, 1).theta;
  std::vector<double> gradient = numbers_of(model);
  for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] -= after[i];
  const auto wanted = whole_batch_gradient(data, model);
  EXPECT_LE(relative_error(std::span(gradient), std::span(wanted)), 1e-12);
}

TEST_P(Sharding, ChangesNothingButRounding) {
  const Dataset data = test::random_classes(37, {8, 7, 2}, 3);
  const auto model = test::model_for<float>(data, "conv 4 3x3, tanh, flatten, dense 3");
  // Batches of 15, 15 and 7: the mean of each is over its own samples.
  Recipe recipe = test::plain_descent(0.1);
  recipe.batch_size = 15;
  recipe.shards = 1;
  const auto in_one = descend(data, model, recipe, 6);
  recipe.shards = GetParam();
  const auto sharded = descend(data, model, recipe, 6);
  EXPECT_LE(relative_error(std::span(sharded.theta), std::span(in_one.theta)), 1e-6);
  EXPECT_LE(relative_error(std::span(sharded.costs), std::span(in_one.costs)), 1e-6);
}

TEST(Trainer, DividesByTheTrueSizeOfASmallerLastBatch) {
  const Dataset data = test::random_classes(7, {5}, 2);
  Workers workers(1);
  Recipe recipe = test::plain_descent(1e-30);  // θ stays what it is
  recipe.batch_size = 4;
  Trainer<double> trainer(test::model_for<double>(data, "dense 1"), recipe, data,
                          test::all_samples(data), workers);
  const double first = trainer.step().cost, last = trainer.step().cost;
  recipe.batch_size = 7;
  Trainer<double> whole(test::model_for<double>(data, "dense 1"), recipe, data,
                        test::all_samples(data), workers);
  EXPECT_NEAR((4 * first + 3 * last) / 7, whole.step().cost, 1e-14);
}

// With samples all alike the mean gradient of any batch is that of the whole set.
TEST(Trainer, MovesASmallerLastBatchByItsOwnMean) {
  constexpr Size n = 7;
  AlignedBuffer<std::byte> x(n * 5);
  for (Size i = 0; i < x.size(); ++i) x[i] = static_cast<std::byte>(40 * (i % 5) + 3);
  const Dataset data(ElementType::uint8, {5}, std::move(x), std::vector<std::int32_t>(n, 1),
                     {"no", "yes"});
  const auto model = test::model_for<double>(data, "dense 4, tanh, dense 1");
  Recipe recipe = test::plain_descent(0.5);
  const auto whole = descend(data, model, recipe, 2);
  recipe.batch_size = 4;
  recipe.shards = 4;
  const auto in_two = descend(data, model, recipe, 2);  // of 4 and of 3
  EXPECT_LE(relative_error(std::span(in_two.theta), std::span(whole.theta)), 1e-14);
  EXPECT_LE(relative_error(std::span(in_two.costs), std::span(whole.costs)), 1e-14);
}

// λ/2·‖W‖² in the cost, λ·W in the gradient, for kernels and not for biases, whatever m.
TEST(Trainer, PenalizesKernelsAndNotBiases) {
  constexpr double lambda = 0.7;
  const Dataset data = test::random_classes(11, {6}, 3);
  auto model = test::model_for<double>(data, "dense 5, tanh, dense 3");
  fill_normal<double>(model.theta.span(), 3);  // biases, too, are not zero
  Recipe recipe = test::plain_descent(1);
  const auto free = descend(data, model, recipe, 1);
  recipe.l2 = lambda;
  const auto penalized = descend(data, model, recipe, 1);

  double squares = 0;
  std::vector<double> wanted;
  for (std::size_t p = 0; p < model.network->parameters().size(); ++p) {
    const bool is_bias = !model.network->parameters()[p].spec.is_kernel();
    for (const double number : model.network->parameter(model.theta.span(), p).span()) {
      const double decay = is_bias ? 0 : lambda * number;
      squares += is_bias ? 0 : number * number;
      wanted.push_back(free.theta[wanted.size()] - decay);
    }
  }
  EXPECT_LE(relative_error(std::span(penalized.theta), std::span(wanted)), 1e-14);
  EXPECT_NEAR(penalized.costs[0], free.costs[0] + lambda / 2 * squares, 1e-12);
}

}  // namespace
}  // namespace dtheta
