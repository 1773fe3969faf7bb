// What happens to a gradient before the optimizer gets it, against the formulas.
#include "dtheta/training/parameter_update.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <numeric>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/training/trainer.hpp"
#include "training/training_cases.hpp"

namespace dtheta {
namespace {

using test::numbers_of;

// The dense layer is deferred, the convolution is summed; both have biases.
constexpr const char* layers = "conv 3 3x3, relu, flatten, dense 3";

const Dataset& some_data() {
  static const Dataset data = test::random_classes(41, {6, 6, 1}, 3);
  return data;
}

/// Numbers that begin at 1/8, so that biases would show a decay.
Model<double> some_model() {
  Model<double> model = test::model_for<double>(some_data(), layers);
  for (std::size_t p = 0; p < model.network->parameters().size(); ++p) {
    if (model.network->parameters()[p].spec.is_kernel()) continue;
    std::ranges::fill(model.network->parameter(model.theta.span(), p).span(), 0.125);
  }
  return model;
}

/// The first steps of plain descent, with what `change` makes of it.
template <class Change>
std::vector<double> after_steps(Size steps, Change change) {
  Workers workers(3);
  Recipe recipe = test::plain_descent(1);
  recipe.batch_size = 16;
  recipe.shards = 4;
  recipe.epochs = 10;
  change(recipe);
  Trainer<double> trainer(some_model(), recipe, some_data(), test::all_samples(some_data()),
                          workers);
  for (Size step = 0; step < steps; ++step) trainer.step();
  return numbers_of(trainer.model());
}

const auto nothing = [](Recipe&) {};

std::vector<double> difference(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> result(a.size());
  std::ranges::transform(a, b, result.begin(), std::minus());
  return result;
}

double norm(const std::vector<double>& x) {
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

void expect_near(const std::vector<double>& found, const std::vector<double>& wanted) {
  ASSERT_EQ(found.size(), wanted.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], wanted[i], 1e-14) << i;
}

TEST(ParameterUpdate, ClipsTheNormOfTheWholeGradient) {
  const auto start = numbers_of(some_model());
  const auto gradient = difference(start, after_steps(1, nothing));
  const double whole = norm(gradient);
  ASSERT_GT(whole, 0.1);
  const double half = whole / 2;
  const auto clipped = difference(start, after_steps(1, [&](Recipe& r) { r.clip_norm = half; }));
  std::vector<double> wanted = gradient;
  for (double& number : wanted) number *= half / (whole + 1e-6);
  expect_near(clipped, wanted);
  EXPECT_NEAR(norm(clipped), half, 1e-6);
}

TEST(ParameterUpdate, LeavesASmallerGradientAsItIs) {
  EXPECT_EQ(after_steps(7, [](Recipe& r) { r.clip_norm = 1e3; }), after_steps(7, nothing));
}

TEST(ParameterUpdate, ClipsTheWeightPenaltyWithTheLoss) {
  const auto start = numbers_of(some_model());
  const auto with_l2 = [](Recipe& r) { r.l2 = 10; };
  const double whole = norm(difference(start, after_steps(1, with_l2)));
  const auto clipped = after_steps(1, [&](Recipe& r) {
    with_l2(r);
    r.clip_norm = whole / 4;
  });
  EXPECT_NEAR(norm(difference(start, clipped)), whole / 4, 1e-6);
}

TEST(ParameterUpdate, DecaysKernelsButNoBiases) {
  const Model<double> model = some_model();
  const auto plain = after_steps(1, nothing);
  const auto decayed = after_steps(1, [](Recipe& r) { r.weight_decay = 0.25; });
  std::size_t i = 0;
  for (std::size_t p = 0; p < model.network->parameters().size(); ++p) {
    const bool is_bias = !model.network->parameters()[p].spec.is_kernel();
    for (const double theta : model.network->parameter(model.theta.span(), p).span()) {
      EXPECT_NEAR(decayed[i], plain[i] - (is_bias ? 0 : 0.25 * theta), 1e-14);
      ++i;
    }
  }
  EXPECT_EQ(i, plain.size());
}

TEST(ParameterUpdate, DecayDoesNotReachTheOptimizersState) {
  Workers workers(1);
  const auto slot_after = [&](double decay) {
    Recipe recipe = test::plain_descent(0.1);
    recipe.optimizer.name = "momentum";
    recipe.weight_decay = decay;
    Trainer<double> trainer(some_model(), recipe, some_data(), test::all_samples(some_data()),
                            workers);
    trainer.step();
    const auto slot = trainer.state().slots[0].span();
    return std::vector<double>(slot.begin(), slot.end());
  };
  EXPECT_EQ(slot_after(0.25), slot_after(0));
}

}  // namespace
}  // namespace dtheta
