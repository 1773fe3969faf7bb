#include "dtheta/optimizers/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "support/instruction_sets.hpp"
#include "support/numbers.hpp"

namespace dtheta {
namespace {

/// θ with an optimizer and its state.
template <class T>
struct Training {
  Training(const OptimizerOptions& options, std::vector<T> start)
      : optimizer(make_optimizer<T>(options)),
        theta(std::move(start)),
        slots(optimizer->slot_names().size(), std::vector<T>(theta.size())) {}

  /// One step on the numbers {first, ..., first + n − 1}.
  void update(const UpdateStep& step, std::span<const T> dtheta, std::size_t first, std::size_t n) {
    std::vector<std::span<T>> parts;
    for (auto& slot : slots) parts.push_back(std::span(slot).subspan(first, n));
    optimizer->update(step, dtheta.subspan(first, n), std::span(theta).subspan(first, n), parts);
  }
  void update(const UpdateStep& step, std::span<const T> dtheta) {
    update(step, dtheta, 0, theta.size());
  }

  std::unique_ptr<Optimizer<T>> optimizer;
  std::vector<T> theta;
  std::vector<std::vector<T>> slots;
};

/// The published recursions for one number, in double.
struct PlainOptimizer {
  OptimizerOptions options;
  double theta;
  double first = 0;   // velocity or mean
  double second = 0;  // mean square

  void step(const UpdateStep& step, double g) {
    theta -= step.learning_rate * step.weight_decay * theta;
    theta -= step_of(step.number, step.learning_rate, g);
  }

  double step_of(Size step, double rate, double g) {
    const double mu = options.momentum;
    if (options.name == "sgd") return rate * g;
    if (options.name == "momentum") {
      first = mu * first + g;
      return rate * first;
    }
    if (options.name == "nesterov") {
      first = mu * first + g;
      return rate * (g + mu * first);
    }
    first = options.beta1 * first + (1 - options.beta1) * g;
    second = options.beta2 * second + (1 - options.beta2) * g * g;
    const double mean = first / (1 - std::pow(options.beta1, static_cast<double>(step)));
    const double square = second / (1 - std::pow(options.beta2, static_cast<double>(step)));
    return rate * mean / (std::sqrt(square) + options.epsilon);
  }
};

OptimizerOptions named(std::string_view name) {
  return {.name = std::string(name), .momentum = 0.8, .beta1 = 0.85, .beta2 = 0.97};
}

class OptimizerTest : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(All, OptimizerTest, testing::ValuesIn(optimizer_names()),
                         [](const auto& tested) { return std::string(tested.param); });

template <class T>
void expect_the_plain_recursion(const OptimizerOptions& options, double weight_decay) {
  for (const std::size_t n : {1U, 3U, 17U, 65U}) {
    Training<T> training(options, random_numbers<T>(n, 1));
    std::vector<PlainOptimizer> plain;
    for (const T number : training.theta) plain.push_back({.options = options, .theta = number});
    for (Size step = 1; step <= 20; ++step) {
      const UpdateStep at{.number = step,
                          .learning_rate = 0.1 / static_cast<double>(step),
                          .weight_decay = weight_decay};
      const auto dtheta = random_numbers<T>(n, 10 + static_cast<std::uint64_t>(step));
      training.update(at, dtheta);
      for (std::size_t i = 0; i < n; ++i) plain[i].step(at, dtheta[i]);
    }
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(training.theta[i], plain[i].theta, 20 * std::numeric_limits<T>::epsilon());
    }
  }
}

TEST_P(OptimizerTest, FollowsThePublishedRecursion) {
  expect_the_plain_recursion<float>(named(GetParam()), 0);
  expect_the_plain_recursion<double>(named(GetParam()), 0);
}

TEST_P(OptimizerTest, LetsWeightsDecayApartFromTheGradient) {
  expect_the_plain_recursion<float>(named(GetParam()), 0.3);
  expect_the_plain_recursion<double>(named(GetParam()), 0.3);
}

TEST_P(OptimizerTest, FindsTheMinimumOfAQuadratic) {
  constexpr std::size_t n = 33;
  const std::vector<double> minimum = random_numbers<double>(n, 3);
  Training<double> training({.name = std::string(GetParam())}, std::vector<double>(n));
  std::vector<double> dtheta(n);
  for (Size step = 1; step <= 2000; ++step) {
    for (std::size_t i = 0; i < n; ++i) {  // of Σᵢ cᵢ (θᵢ − minimumᵢ)²/2, cᵢ in [1, 3)
      dtheta[i] = (1 + 2 * static_cast<double>(i) / n) * (training.theta[i] - minimum[i]);
    }
    training.update(
        {.number = step, .learning_rate = 0.05 * std::pow(0.995, static_cast<double>(step))},
        dtheta);
  }
  for (std::size_t i = 0; i < n; ++i) EXPECT_NEAR(training.theta[i], minimum[i], 1e-3);
}

TEST_P(OptimizerTest, BitsDependNeitherOnBlocksNorOnTheInstructionSet) {
  constexpr std::size_t n = 131;
  const auto train = [&](std::size_t block) {
    Training<float> training(named(GetParam()), random_numbers<float>(n, 4));
    for (Size step = 1; step <= 5; ++step) {
      const auto dtheta = random_numbers<float>(n, 20 + static_cast<std::uint64_t>(step));
      for (std::size_t first = 0; first < n; first += block) {
        training.update({.number = step, .learning_rate = 0.02, .weight_decay = 0.1}, dtheta, first,
                        std::min(block, n - first));
      }
    }
    return std::pair(training.theta, training.slots);
  };
  const auto whole = train(n);
  for_each_instruction_set([&] {
    for (const std::size_t block : {1U, 3U, 17U, 64U, 65U, 131U}) EXPECT_EQ(train(block), whole);
  });
}

TEST_P(OptimizerTest, HasItsNameItsSlotsAndARate) {
  const auto optimizer = make_optimizer<float>({.name = std::string(GetParam())});
  EXPECT_EQ(optimizer->name(), GetParam());
  EXPECT_GT(default_learning_rate(GetParam()), 0);
}

TEST(Optimizer, OnlyAdamWDecaysWeightsUnlessTold) {
  for (const auto name : optimizer_names()) {
    EXPECT_EQ(default_weight_decay(name), name == "adamw" ? 0.01 : 0) << name;
  }
  EXPECT_THROW(default_weight_decay("adagrad"), UsageError);
}

TEST(Optimizer, SlotsAreThoseTheInterfaceNames) {
  using Names = std::vector<std::string_view>;
  const auto slots = [](const char* name) {
    return make_optimizer<double>({.name = name})->slot_names();
  };
  EXPECT_EQ(slots("sgd"), Names{});
  EXPECT_EQ(slots("momentum"), Names{"velocity"});
  EXPECT_EQ(slots("nesterov"), Names{"velocity"});
  EXPECT_EQ(slots("adam"), (Names{"mean", "mean_square"}));
}

TEST(Optimizer, FirstAdamStepHasTheSizeOfTheRate) {
  Training<double> training({.name = "adam"}, {0, 0, 0});
  training.update({.number = 1, .learning_rate = 0.01}, std::vector<double>{1e-3, -5, 0});
  EXPECT_NEAR(training.theta[0], -0.01, 1e-6);
  EXPECT_NEAR(training.theta[1], 0.01, 1e-6);
  EXPECT_EQ(training.theta[2], 0);
}

TEST(Optimizer, NanInTheGradientReachesTheta) {
  for (const auto name : optimizer_names()) {
    Training<float> training(named(name), {1, 1, 1});
    training.update({.number = 1, .learning_rate = 0.1}, std::vector<float>{1, std::nanf(""), 1});
    EXPECT_FALSE(std::isnan(training.theta[0])) << name;
    EXPECT_TRUE(std::isnan(training.theta[1])) << name;
  }
}

/// The message of the UsageError that making such an optimizer throws.
template <class T = float>
std::string refusal(const OptimizerOptions& options) {
  try {
    make_optimizer<T>(options);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "";
}

TEST(Optimizer, UnknownNameIsRefusedWithTheKnownOnes) {
  EXPECT_EQ(refusal({.name = "adagrad"}),
            "unknown optimizer 'adagrad'; wanted one of sgd, momentum, nesterov, adam, adamw");
  EXPECT_THROW(default_learning_rate("adagrad"), UsageError);
}

TEST(Optimizer, HyperparametersOutOfRangeAreNamedWithValueAndRange) {
  const double nan = std::nan("");
  for (const char* name : {"momentum", "nesterov"}) {
    EXPECT_EQ(refusal({.name = name, .momentum = 1.5}),
              "momentum is 1.5; wanted a number from 0 to below 1");
    for (const double bad : {-0.1, 1.0, nan})
      EXPECT_NE(refusal({.name = name, .momentum = bad}), "");
    EXPECT_EQ(refusal({.name = name, .momentum = 0}), "");
  }
  for (const double bad : {-0.1, 1.0, nan}) {
    EXPECT_EQ(refusal({.name = "adam", .beta1 = bad}).substr(0, 6), "beta1 ");
    EXPECT_EQ(refusal({.name = "adam", .beta2 = bad}).substr(0, 6), "beta2 ");
  }
  for (const double bad : {-1e-8, 0.0, nan, std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(refusal({.name = "adam", .epsilon = bad}).substr(0, 8), "epsilon ");
  }
}

TEST(Optimizer, HyperparametersAreCheckedAsTheyAreHeld) {
  EXPECT_EQ(refusal({.name = "adam", .epsilon = 1e-50}),
            "epsilon is 1e-50; wanted a number from 1.18e-38 to 3.4e+38");
  EXPECT_NE(refusal({.name = "adam", .epsilon = 1e-40}), "");  // denormal, flushed to 0
  EXPECT_EQ(refusal<double>({.name = "adam", .epsilon = 1e-50}), "");
  const double almost_1 = 0.999999999;
  for (const char* name : {"momentum", "nesterov"}) {
    EXPECT_EQ(refusal({.name = name, .momentum = almost_1}),
              "momentum is 0.999999999, which float32 rounds to 1; wanted a number from 0 to below "
              "1");
    EXPECT_EQ(refusal<double>({.name = name, .momentum = almost_1}), "");
  }
  EXPECT_NE(refusal({.name = "adam", .beta1 = almost_1}), "");
  EXPECT_EQ(refusal<double>({.name = "adam", .beta1 = almost_1}), "");
}

TEST(Optimizer, HyperparametersItDoesNotHaveAreIgnored) {
  EXPECT_EQ(refusal({.name = "sgd", .momentum = 7, .beta1 = 7, .epsilon = -1}), "");
  EXPECT_EQ(refusal({.name = "adam", .momentum = 7}), "");
}

}  // namespace
}  // namespace dtheta
