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

TEST(ParameterUpdate, ClipsEveryNumber) {
  const auto start = numbers_of(some_model());
  auto wanted = difference(start, after_steps(1, nothing));
  const double limit = std::abs(wanted[wanted.size() / 2]);
  ASSERT_GT(limit, 0);
  for (double& number : wanted) number = std::clamp(number, -limit, limit);
  expect_near(difference(start, after_steps(1, [&](Recipe& r) { r.clip_value = limit; })), wanted);
}

/// 41 samples: steps of 16, 16 and 9; the last batch has one sample.
TEST(ParameterUpdate, AccumulatedBatchesAreOneLargeBatch) {
  const auto gentle = [](Recipe& r) {
    r.learning_rate = 0.1;
    r.shuffle_window = 41;
    r.l2 = 0.01;
  };
  for (const Size steps : {1, 2, 3, 4, 7}) {
    const auto accumulated = after_steps(steps, [&](Recipe& r) {
      gentle(r);
      r.batch_size = 4;
      r.accumulate = 4;
    });
    const auto whole = after_steps(steps, gentle);
    for (std::size_t i = 0; i < whole.size(); ++i) EXPECT_NEAR(accumulated[i], whole[i], 1e-12);
  }
}

TEST(ParameterUpdate, AveragesThetaAsTheRecursionSays) {
  Workers workers(2);
  Recipe recipe = test::plain_descent(0.5);
  recipe.ema = 0.75;
  recipe.epochs = 6;
  Trainer<double> trainer(some_model(), recipe, some_data(), test::all_samples(some_data()),
                          workers);
  EXPECT_EQ(numbers_of(trainer.averaged_model()), numbers_of(trainer.model())) << "no step yet";
  std::vector<double> wanted;
  for (Size step = 1; step <= 6; ++step) {
    trainer.step();
    const auto theta = numbers_of(trainer.model());
    if (step == 1) wanted = theta;
    for (std::size_t i = 0; i < theta.size(); ++i) {
      wanted[i] = 0.75 * wanted[i] + 0.25 * theta[i];
    }
  }
  expect_near(numbers_of(trainer.averaged_model()), wanted);
  EXPECT_EQ(numbers_of(trainer.result()), numbers_of(trainer.averaged_model()));
  EXPECT_NE(numbers_of(trainer.result()), numbers_of(trainer.model()));
}

/// Batch normalization's moving statistics are averages already.
TEST(ParameterUpdate, AveragesOnlyWhatIsTrained) {
  Workers workers(2);
  Recipe recipe = test::plain_descent(0.5);
  recipe.ema = 0.75;
  recipe.epochs = 4;
  Trainer<double> trainer(
      test::model_for<double>(some_data(), "conv 3 3x3, batchnorm, relu, flatten, dense 3"), recipe,
      some_data(), test::all_samples(some_data()), workers);
  trainer.fit();
  const Model<double> averaged = trainer.averaged_model();
  std::size_t statistics = 0;
  for (std::size_t p = 0; p < averaged.network->parameters().size(); ++p) {
    const auto of = [&](const Model<double>& model) {
      const auto span = model.network->parameter(model.theta.span(), p).span();
      return std::vector<double>(span.begin(), span.end());
    };
    const Parameter& parameter = averaged.network->parameters()[p];
    const bool is_same = of(averaged) == of(trainer.model());
    if (!parameter.is_trained || parameter.spec.is_kernel()) {
      EXPECT_EQ(is_same, !parameter.is_trained) << parameter.name;
    }
    statistics += parameter.is_trained ? 0 : 1;
  }
  EXPECT_EQ(statistics, 2);
}

/// A step of lars has the size c‖θ‖ for a kernel and that of plain descent for a bias.
TEST(ParameterUpdate, AdaptsTheRateOfKernelsButNotOfBiases) {
  const Model<double> model = some_model();
  const auto start = numbers_of(model);
  const auto gradient = difference(start, after_steps(1, nothing));
  const auto moved = difference(start, after_steps(1, [](Recipe& r) {
                                  r.optimizer.name = "lars";
                                  r.optimizer.trust_coefficient = 0.25;
                                }));
  std::size_t first = 0;
  for (const Parameter& parameter : model.network->parameters()) {
    const auto count = static_cast<std::size_t>(parameter.spec.shape.size());
    const auto part = [&](const std::vector<double>& of) {
      const auto begin = of.begin() + static_cast<std::ptrdiff_t>(first);
      return std::vector<double>(begin, begin + static_cast<std::ptrdiff_t>(count));
    };
    const double size =
        parameter.spec.is_kernel() ? 0.25 * norm(part(start)) : norm(part(gradient));
    EXPECT_NEAR(norm(part(moved)), size, 1e-12) << parameter.name;
    first += count;
  }
  EXPECT_EQ(first, start.size());
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
