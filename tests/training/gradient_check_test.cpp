#include "dtheta/training/gradient_check.hpp"

#include <string_view>

#include <gtest/gtest.h>

#include "training/training_cases.hpp"

namespace dtheta {
namespace {

/// A loss whose derivative is not that of its value.
class WrongLoss final : public Loss<double> {
 public:
  std::string_view name() const override { return right_->name(); }
  std::string_view activation() const override { return right_->activation(); }
  double forward_backward(View<const double> z, View<const double> y,
                          View<double> dz) const override {
    const double value = right_->forward_backward(z, y, dz);
    for (double& number : dz.span()) number *= 1.001;
    return value;
  }
  double value(View<const double> z, View<const double> y) const override {
    return right_->value(z, y);
  }
  void predict(View<const double> z, View<double> a) const override { right_->predict(z, a); }

 private:
  std::unique_ptr<Loss<double>> right_ = make_loss<double>("categorical_crossentropy");
};

constexpr std::string_view layers =
    "conv 5 3x3, relu, maxpool 2, conv 4 3x3 same, leaky_relu 0.1, avgpool 2, flatten, dense 40, "
    "tanh, dense 3";

Model<double> small_model() {
  Model<double> model = test::model_for<double>(test::random_classes(4, {10, 10, 2}, 3), layers);
  for (double& number : model.theta.span()) number += 0.01;  // no bias is at a kink
  return model;
}

TEST(GradientCheck, AgreesForEveryArrayOfANetwork) {
  const Model<double> model = small_model();
  const auto loss = make_loss<double>(model.loss);
  const auto checks = check_gradients(model, *loss, {});
  ASSERT_EQ(checks.size(), model.network->parameters().size() + 1);
  EXPECT_EQ(checks[0].name, "input");
  EXPECT_EQ(checks[0].size, 4 * 200);
  EXPECT_EQ(checks[1].name, "conv_1/kernel");
  EXPECT_EQ(checks[1].size, 90);
  EXPECT_EQ(checks[1].checked, 20);
  EXPECT_EQ(checks[2].checked, 5) << "has no more";
  for (const GradientCheck& check : checks) {
    EXPECT_LT(check.error, 1e-6) << check.name;
    EXPECT_GT(check.largest, 0) << check.name;
  }
}

TEST(GradientCheck, ReachesTheInputThroughLayersWithoutParameters) {
  for (const std::string_view list : {"flatten, dense 3", "maxpool 2, flatten, relu, dense 3",
                                      "avgpool 2, conv 4 3x3, flatten, dense 3"}) {
    SCOPED_TRACE(list);
    const Model<double> model =
        test::model_for<double>(test::random_classes(4, {10, 10, 2}, 3), list);
    const auto input = check_gradients(model, *make_loss<double>(model.loss), {.numbers = 60})[0];
    EXPECT_LT(input.error, 1e-6);
    EXPECT_GT(input.largest, 0);
  }
}

TEST(GradientCheck, GivesAnEmbeddingWholeNumbers) {
  const Model<double> model =
      test::model_for<double>(test::random_classes(4, {6}, 3), "embedding 9 4, flatten, dense 3");
  const auto checks = check_gradients(model, *make_loss<double>(model.loss), {.numbers = 0});
  EXPECT_EQ(checks[0].largest, 0);
  EXPECT_EQ(checks[0].error, 0);
  EXPECT_GT(checks[1].largest, 0);
  for (const GradientCheck& check : checks) EXPECT_LT(check.error, 1e-6) << check.name;
}

TEST(GradientCheck, AgreesForEveryLoss) {
  for (const std::string_view name : loss_names()) {
    SCOPED_TRACE(name);
    const auto loss = make_loss<double>(name);
    for (const GradientCheck& check : check_gradients(small_model(), *loss, {.numbers = 5})) {
      EXPECT_LT(check.error, 1e-6) << check.name;
    }
  }
}

TEST(GradientCheck, FindsADerivativeThatIsWrong) {
  for (const GradientCheck& check : check_gradients(small_model(), WrongLoss(), {.numbers = 0})) {
    EXPECT_NEAR(check.error, 1e-3, 1e-5) << check.name;
    EXPECT_EQ(check.checked, check.size);
  }
}

/// Weights of every scale, whose differences at one step alone would cross kinks.
TEST(GradientCheck, IsNotMisledByKinks) {
  Model<double> model =
      test::model_for<double>(test::random_classes(4, {12, 12, 1}, 3),
                              "conv 16 3x3, relu, maxpool 2, flatten, dense 200, relu, dense 3");
  const auto loss = make_loss<double>(model.loss);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    for (double& number : model.theta.span()) number += 1e-3;
    const auto checks = check_gradients(model, *loss, {.samples = 8, .seed = seed, .numbers = 40});
    for (const GradientCheck& check : checks) EXPECT_LT(check.error, 1e-6) << check.name;
  }
}

TEST(GradientCheck, IsTheSameEveryTimeAndAnotherForAnotherSeed) {
  const Model<double> model = small_model();
  const auto loss = make_loss<double>(model.loss);
  const auto largest = [&](std::uint64_t seed) {
    return check_gradients(model, *loss, {.seed = seed, .numbers = 2})[1].largest;
  };
  EXPECT_EQ(largest(1), largest(1));
  EXPECT_NE(largest(1), largest(2));
}

}  // namespace
}  // namespace dtheta
