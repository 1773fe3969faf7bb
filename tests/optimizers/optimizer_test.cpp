#include "dtheta/optimizers/optimizer.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <numeric>
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

  /// One step on the numbers {first, ..., first + n − 1} as a parameter of their own.
  void update(const UpdateStep& step, bool is_adapted, std::vector<T> dtheta,
              std::size_t first = 0) {
    const std::size_t n = dtheta.size();
    std::vector<std::span<T>> parts;
    for (auto& slot : slots) parts.push_back(std::span(slot).subspan(first, n));
    update_parameter<T>(*optimizer, step, is_adapted, dtheta, std::span(theta).subspan(first, n),
                        parts);
  }
  void update(const UpdateStep& step, std::vector<T> dtheta) {
    update(step, true, std::move(dtheta));
  }

  std::unique_ptr<Optimizer<T>> optimizer;
  std::vector<T> theta;
  std::vector<std::vector<T>> slots;
};

double norm(const std::vector<double>& x) {
  return std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
}

/// The published recursions for a parameter, in double.
class PlainOptimizer {
 public:
  PlainOptimizer(OptimizerOptions options, std::vector<double> start)
      : theta(std::move(start)),
        options_(std::move(options)),
        first_(theta.size()),
        second_(theta.size()) {}

  void step(const UpdateStep& step, const std::vector<double>& g) {
    if (options_.name == "lamb") return lamb(step, g);
    if (options_.name == "lars") return lars(step, g);
    for (std::size_t i = 0; i < theta.size(); ++i) {
      theta[i] -= step.learning_rate * step.weight_decay * theta[i];
      theta[i] -= step.learning_rate * direction(step, first_[i], second_[i], g[i]);
    }
  }

  std::vector<double> theta;

 private:
  /// What the rate is multiplied by, for one number.
  double direction(const UpdateStep& step, double& first, double& second, double g) const {
    const std::string& name = options_.name;
    const double mu = options_.momentum;
    if (name == "sgd") return g;
    if (name == "momentum" || name == "nesterov") {
      first = mu * first + g;
      return name == "momentum" ? first : g + mu * first;
    }
    if (name == "adagrad") {
      first += g * g;
      return g / (std::sqrt(first) + *options_.epsilon);
    }
    if (name == "rmsprop") {
      first = *options_.beta2 * first + (1 - *options_.beta2) * g * g;
      return g / (std::sqrt(first) + *options_.epsilon);
    }
    if (name == "lion") {
      const double mixed = options_.beta1 * first + (1 - options_.beta1) * g;
      first = *options_.beta2 * first + (1 - *options_.beta2) * g;
      return mixed > 0 ? 1 : mixed < 0 ? -1 : 0;
    }
    return adam(step, first, second, g);
  }

  double adam(const UpdateStep& step, double& first, double& second, double g) const {
    const auto t = static_cast<double>(step.number);
    first = options_.beta1 * first + (1 - options_.beta1) * g;
    second = *options_.beta2 * second + (1 - *options_.beta2) * g * g;
    const double mean = first / (1 - std::pow(options_.beta1, t));
    const double square = second / (1 - std::pow(*options_.beta2, t));
    return mean / (std::sqrt(square) + *options_.epsilon);
  }

  void lamb(const UpdateStep& step, const std::vector<double>& g) {
    std::vector<double> u(theta.size());
    for (std::size_t i = 0; i < theta.size(); ++i) {
      u[i] = adam(step, first_[i], second_[i], g[i]) + step.weight_decay * theta[i];
    }
    const double ratio = norm(theta) / norm(u);
    for (std::size_t i = 0; i < theta.size(); ++i) theta[i] -= step.learning_rate * ratio * u[i];
  }

  void lars(const UpdateStep& step, const std::vector<double>& g) {
    const double local =
        options_.trust_coefficient * norm(theta) / (norm(g) + step.weight_decay * norm(theta));
    for (std::size_t i = 0; i < theta.size(); ++i) {
      first_[i] = options_.momentum * first_[i] +
                  step.learning_rate * local * (g[i] + step.weight_decay * theta[i]);
      theta[i] -= first_[i];
    }
  }

  OptimizerOptions options_;
  std::vector<double> first_;   // velocity, mean or square
  std::vector<double> second_;  // mean square
};

OptimizerOptions named(std::string_view name) {
  return {.name = std::string(name),
          .momentum = 0.8,
          .beta1 = 0.85,
          .beta2 = 0.97,
          .epsilon = 1e-6,
          .trust_coefficient = 0.02};
}

bool is_layerwise(std::string_view name) { return name == "lamb" || name == "lars"; }

class OptimizerTest : public testing::TestWithParam<std::string_view> {};
INSTANTIATE_TEST_SUITE_P(All, OptimizerTest, testing::ValuesIn(optimizer_names()),
                         [](const auto& tested) { return std::string(tested.param); });

template <class T>
void expect_the_plain_recursion(const OptimizerOptions& options, double weight_decay) {
  for (const std::size_t n : {1U, 3U, 17U, 65U}) {
    Training<T> training(options, random_numbers<T>(n, 1));
    PlainOptimizer plain(options, {training.theta.begin(), training.theta.end()});
    for (Size step = 1; step <= 20; ++step) {
      const UpdateStep at{.number = step,
                          .learning_rate = 0.1 / static_cast<double>(step),
                          .weight_decay = weight_decay};
      const auto dtheta = random_numbers<T>(n, 10 + static_cast<std::uint64_t>(step));
      training.update(at, dtheta);
      plain.step(at, {dtheta.begin(), dtheta.end()});
    }
    for (std::size_t i = 0; i < n; ++i) {
      EXPECT_NEAR(training.theta[i], plain.theta[i], 20 * std::numeric_limits<T>::epsilon());
    }
  }
}

TEST_P(OptimizerTest, FollowsThePublishedRecursion) {
  expect_the_plain_recursion<float>(named(GetParam()), 0);
  expect_the_plain_recursion<double>(named(GetParam()), 0);
}

TEST_P(OptimizerTest, LetsWeightsDecay) {
  expect_the_plain_recursion<float>(named(GetParam()), 0.3);
  expect_the_plain_recursion<double>(named(GetParam()), 0.3);
}

TEST_P(OptimizerTest, FindsTheMinimumOfAQuadratic) {
  constexpr std::size_t n = 33;
  const std::vector<double> minimum = random_numbers<double>(n, 3);
  Training<double> training({.name = std::string(GetParam()), .trust_coefficient = 0.05},
                            std::vector<double>(n, 0.1));
  std::vector<double> dtheta(n);
  const double rate = GetParam() == "adagrad" ? 0.5 : 0.05;  // its steps shrink by themselves
  for (Size step = 1; step <= 2000; ++step) {
    for (std::size_t i = 0; i < n; ++i) {  // of Σᵢ cᵢ (θᵢ − minimumᵢ)²/2, cᵢ in [1, 3)
      dtheta[i] = (1 + 2 * static_cast<double>(i) / n) * (training.theta[i] - minimum[i]);
    }
    training.update(
        {.number = step, .learning_rate = rate * std::pow(0.995, static_cast<double>(step))},
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
        const auto end = static_cast<std::ptrdiff_t>(std::min(first + block, n));
        training.update({.number = step, .learning_rate = 0.02, .weight_decay = 0.1}, false,
                        {dtheta.begin() + static_cast<std::ptrdiff_t>(first), dtheta.begin() + end},
                        first);
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
  EXPECT_THROW(default_weight_decay("adadelta"), UsageError);
}

TEST(Optimizer, DefaultsAreThoseOfPyTorchAndThePapers) {
  const auto beta2 = [](const char* name) { return *with_defaults({.name = name}).beta2; };
  const auto epsilon = [](const char* name) { return *with_defaults({.name = name}).epsilon; };
  EXPECT_EQ(beta2("adamw"), 0.999);
  EXPECT_EQ(beta2("rmsprop"), 0.99);
  EXPECT_EQ(beta2("lion"), 0.99);
  EXPECT_EQ(epsilon("adam"), 1e-8);
  EXPECT_EQ(epsilon("rmsprop"), 1e-8);
  EXPECT_EQ(epsilon("adagrad"), 1e-10);
  EXPECT_EQ(epsilon("lamb"), 1e-6);
  EXPECT_EQ(with_defaults({.name = "lion", .beta2 = 0.5}).beta2, 0.5);
}

TEST(Optimizer, LionStandsStillWhereThereIsNoGradient) {
  Training<float> training({.name = "lion"}, {1, 1, 1});
  training.update({.learning_rate = 0.25}, std::vector<float>{1e-30F, 0, -7});
  EXPECT_EQ(training.theta, (std::vector<float>{0.75, 1, 1.25}));
}

/// Biases begin at zero: a ratio of 0 would leave them there.
TEST(Optimizer, TrustRatioIsOneWhereANormIsZero) {
  for (const char* name : {"lamb", "lars"}) {
    const auto optimizer = make_optimizer<double>({.name = name});
    EXPECT_EQ(optimizer->trust_ratio(0, 2, 0.1), 1) << name;
    EXPECT_EQ(optimizer->trust_ratio(2, 0, 0.1), 1) << name;
  }
  EXPECT_EQ(make_optimizer<double>({.name = "lamb"})->trust_ratio(3, 2, 0.1), 1.5);
  EXPECT_DOUBLE_EQ(make_optimizer<double>({.name = "lars"})->trust_ratio(4, 2, 0.5), 0.001);
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
  EXPECT_EQ(slots("adamw"), (Names{"mean", "mean_square"}));
  EXPECT_EQ(slots("adagrad"), Names{"sum_of_squares"});
  EXPECT_EQ(slots("rmsprop"), Names{"mean_square"});
  EXPECT_EQ(slots("lion"), Names{"mean"});
  EXPECT_EQ(slots("lamb"), (Names{"mean", "mean_square"}));
  EXPECT_EQ(slots("lars"), Names{"velocity"});
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
    if (is_layerwise(name)) continue;  // the norm takes it everywhere
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
  EXPECT_EQ(
      refusal({.name = "adadelta"}),
      "unknown optimizer 'adadelta'; wanted one of sgd, momentum, nesterov, adagrad, rmsprop, "
      "adam, adamw, lion, lamb, lars");
  EXPECT_THROW(default_learning_rate("adadelta"), UsageError);
}

TEST(Optimizer, HyperparametersOutOfRangeAreNamedWithValueAndRange) {
  const double nan = std::nan("");
  for (const char* name : {"momentum", "nesterov", "lars"}) {
    EXPECT_EQ(refusal({.name = name, .momentum = 1.5}),
              "momentum is 1.5; wanted a number from 0 to below 1");
    for (const double bad : {-0.1, 1.0, nan})
      EXPECT_NE(refusal({.name = name, .momentum = bad}), "");
    EXPECT_EQ(refusal({.name = name, .momentum = 0}), "");
  }
  for (const double bad : {-0.1, 1.0, nan}) {
    for (const char* name : {"adam", "adamw", "lion", "lamb"}) {
      EXPECT_EQ(refusal({.name = name, .beta1 = bad}).substr(0, 6), "beta1 ") << name;
    }
    for (const char* name : {"rmsprop", "adam", "adamw", "lion", "lamb"}) {
      EXPECT_EQ(refusal({.name = name, .beta2 = bad}).substr(0, 6), "beta2 ") << name;
    }
  }
  for (const double bad : {-1e-8, 0.0, nan, std::numeric_limits<double>::infinity()}) {
    for (const char* name : {"adagrad", "rmsprop", "adam", "adamw", "lamb"}) {
      EXPECT_EQ(refusal({.name = name, .epsilon = bad}).substr(0, 8), "epsilon ") << name;
    }
    EXPECT_EQ(refusal({.name = "lars", .trust_coefficient = bad}).substr(0, 18),
              "trust-coefficient ");
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
