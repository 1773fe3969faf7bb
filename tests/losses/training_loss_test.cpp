// Smooth labels and weights against their formulas and central differences.
#include "dtheta/losses/training_loss.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "support/messages.hpp"
#include "support/numbers.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;

constexpr Size m = 5;

/// One run of a loss on random logits.
struct Case {
  std::string name;
  Size k = 4;
  TrainingLossOptions options = {};
  std::vector<double> weights = {};
  bool is_mixed = false;  ///< targets are shares of two classes
};

std::vector<double> logits_of(const Case& of) {
  std::vector<double> z = random_numbers<double>(static_cast<std::size_t>(m * of.k), 1);
  for (double& number : z) number *= 2;
  return z;
}

std::vector<double> targets_of(const Case& of) {
  std::vector<double> y(static_cast<std::size_t>(m * of.k), 0);
  for (Size n = 0; n < m; ++n) {
    double* row = y.data() + n * of.k;
    if (of.k == 1) {
      row[0] = of.is_mixed ? 0.25 * static_cast<double>(n) : static_cast<double>(n % 2);
    } else {
      row[n % of.k] += of.is_mixed ? 0.75 : 1;
      if (of.is_mixed) row[(n + 1) % of.k] += 0.25;
    }
  }
  return y;
}

WeightedLoss run(const Case& of, const std::vector<double>& z, std::vector<double>& dz) {
  const TrainingLoss<double> loss(of.name, of.options, of.k);
  std::vector<double> y = targets_of(of);
  dz.assign(z.size(), std::nan(""));
  return loss.forward_backward({z, {m, of.k}}, {y, {m, of.k}}, of.weights, {dz, {m, of.k}});
}

/// −log â for each of the classes.
std::vector<double> surprises(const Case& of, const double* z) {
  if (of.k == 1) return {std::log(1 + std::exp(z[0])), std::log(1 + std::exp(-z[0]))};
  double sum = 0;
  for (Size c = 0; c < of.k; ++c) sum += std::exp(z[c]);
  std::vector<double> result;
  for (Size c = 0; c < of.k; ++c) result.push_back(std::log(sum) - z[c]);
  return result;
}

/// Cross entropy with everything, as the header writes it.
WeightedLoss plain_crossentropy(const Case& of) {
  const std::vector<double> z = logits_of(of), y = targets_of(of);
  WeightedLoss wanted;
  for (Size n = 0; n < m; ++n) {
    const std::vector<double> terms = surprises(of, z.data() + n * of.k);
    for (std::size_t c = 0; c < terms.size(); ++c) {
      const double own = of.weights.empty() ? 1 : of.weights[static_cast<std::size_t>(n)];
      const double of_class = of.options.class_weights.empty() ? 1 : of.options.class_weights[c];
      const double first = y[static_cast<std::size_t>(n * of.k)];
      const double target =
          of.k > 1 ? y[static_cast<std::size_t>(n * of.k) + c] : (c == 1 ? first : 1 - first);
      const double epsilon = of.options.label_smoothing;
      const double smooth = (1 - epsilon) * target + epsilon / static_cast<double>(terms.size());
      wanted.sum += own * of_class * smooth * terms[c];
      wanted.weight += own * of_class * target;
    }
  }
  return wanted;
}

const std::vector<double> sample_weights{1, 0, 2.5, 0.125, 3};

std::vector<Case> crossentropies() {
  std::vector<Case> cases;
  for (const double epsilon : {0.0, 0.1}) {
    for (const bool has_classes : {false, true}) {
      for (const bool has_samples : {false, true}) {
        for (const bool is_mixed : {false, true}) {
          const auto weights = has_samples ? sample_weights : std::vector<double>();
          const auto by_class = [&](std::vector<double> w) {
            return TrainingLossOptions{epsilon, has_classes ? w : std::vector<double>()};
          };
          cases.push_back(
              {"categorical_crossentropy", 4, by_class({0.5, 2, 0, 1}), weights, is_mixed});
          cases.push_back({"binary_crossentropy", 1, by_class({0.5, 3}), weights, is_mixed});
        }
      }
    }
  }
  return cases;
}

TEST(TrainingLoss, OfCrossEntropiesIsTheFormula) {
  for (const Case& each : crossentropies()) {
    std::vector<double> dz;
    const WeightedLoss found = run(each, logits_of(each), dz);
    const WeightedLoss wanted = plain_crossentropy(each);
    EXPECT_NEAR(found.sum, wanted.sum, 1e-12 * wanted.sum) << each.name;
    EXPECT_NEAR(found.weight, wanted.weight, 1e-12 * wanted.weight) << each.name;
  }
}

TEST(TrainingLoss, DerivativeIsThatOfCentralDifferences) {
  std::vector<Case> cases = crossentropies();
  for (const char* name : {"mean_squared_error", "huber 0.5", "hinge"}) {
    cases.push_back({name, 4, {.class_weights = {0.5, 2, 0, 1}}, sample_weights, true});
  }
  cases.push_back({"huber", 1, {.class_weights = {0.5, 3}}, {}, true});
  for (const Case& each : cases) {
    std::vector<double> z = logits_of(each), dz, unused;
    run(each, z, dz);
    for (std::size_t i = 0; i < z.size(); ++i) {
      constexpr double step = 1e-5;
      const double before = z[i];
      z[i] = before + step;
      const double above = run(each, z, unused).sum;
      z[i] = before - step;
      const double below = run(each, z, unused).sum;
      z[i] = before;
      EXPECT_NEAR(dz[i], (above - below) / (2 * step), 1e-8) << each.name << ", element " << i;
    }
  }
}

TEST(TrainingLoss, OfOtherLossesIsWeightedBySample) {
  for (const char* name : {"mean_squared_error", "huber", "hinge"}) {
    const Case plain{name, 4};
    const Case weighted{name, 4, {.class_weights = {0.5, 2, 0, 1}}, sample_weights};
    std::vector<double> dz, weighted_dz;
    run(plain, logits_of(plain), dz);
    const WeightedLoss found = run(weighted, logits_of(plain), weighted_dz);
    const std::vector<double> product{0.5 * 1, 0, 0, 0.125, 0.5 * 3};  // classes 0 1 2 3 0
    EXPECT_DOUBLE_EQ(found.weight, 0.5 + 0.125 + 1.5);
    for (std::size_t i = 0; i < dz.size(); ++i) EXPECT_EQ(weighted_dz[i], product[i / 4] * dz[i]);
  }
}

TEST(TrainingLoss, WithoutOptionsHasTheBitsOfTheLoss) {
  for (const std::string_view name : loss_names()) {
    const Case each{std::string(name), 4};
    const std::vector<double> z = logits_of(each), y = targets_of(each);
    std::vector<double> dz, wanted(z.size());
    const WeightedLoss found = run(each, z, dz);
    EXPECT_EQ(found.weight, m);
    EXPECT_EQ(found.sum, make_loss<double>(name)->forward_backward({z, {m, 4}}, {y, {m, 4}},
                                                                   {wanted, {m, 4}}));
    EXPECT_EQ(dz, wanted);
  }
}

TEST(TrainingLoss, OnesAsWeightsChangeNothing) {
  const Case plain{"categorical_crossentropy", 4};
  const Case ones{plain.name, 4, {.class_weights = {1, 1, 1, 1}}, std::vector<double>(m, 1)};
  std::vector<double> dz, other;
  EXPECT_DOUBLE_EQ(run(plain, logits_of(plain), dz).sum, run(ones, logits_of(ones), other).sum);
  EXPECT_EQ(dz, other);
}

TEST(TrainingLoss, RefusesWhatIsNotForIt) {
  const auto message = [](const std::string& name, const TrainingLossOptions& options, Size k) {
    return message_of<UsageError>([&] { TrainingLoss<float>(name, options, k); });
  };
  for (const char* name : {"mean_squared_error", "huber", "hinge"}) {
    EXPECT_TRUE(contains(message(name, {.label_smoothing = 0.1}, 4), "it is for cross entropies"));
  }
  EXPECT_TRUE(contains(message("binary_crossentropy", {.label_smoothing = 1}, 1),
                       "wanted a share from 0 to below 1"));
  EXPECT_TRUE(contains(message("binary_crossentropy", {.class_weights = {1}}, 1),
                       "1 class weights for 2 classes"));
  EXPECT_TRUE(contains(message("categorical_crossentropy", {.class_weights = {1, 1}}, 3),
                       "2 class weights for 3 classes"));
  EXPECT_TRUE(contains(message("categorical_crossentropy", {.class_weights = {1, -1, 1}}, 3),
                       "a class weight is -1"));
  EXPECT_TRUE(contains(message("cosine", {}, 3), "unknown loss"));
}

}  // namespace
}  // namespace dtheta
