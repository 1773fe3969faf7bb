#include "dtheta/training/evaluation.hpp"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/model/prepared_theta.hpp"
#include "dtheta/model/workspace.hpp"
#include "dtheta/training/metrics.hpp"
#include "support/messages.hpp"
#include "support/numbers.hpp"
#include "training/training_cases.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;

/// Sample after sample through a workspace of one: what evaluation must agree with.
struct NaiveResult {
  double loss = 0;
  double accuracy = 0;
  std::vector<std::vector<Size>> confusion_matrix;
  std::vector<double> predictions;
};

NaiveResult naive(const Model<double>& model, const Dataset& data, std::span<const Size> samples) {
  const auto loss = make_loss<double>(model.loss);
  const double threshold = decision_threshold<double>(loss->activation());
  Workspace<double> workspace(*model.network, 1, WorkspaceMode::training);
  PreparedTheta<double> theta(*model.network, WorkspaceMode::inference);
  theta.update(model.theta.span());
  const auto classes = static_cast<std::size_t>(data.classes());
  NaiveResult result;
  result.confusion_matrix.assign(classes, std::vector<Size>(classes, 0));
  for (const Size& sample : samples) {
    data.gather({&sample, 1}, model.input, workspace.x(1), workspace.y(1));
    const auto z = model.network->forward(theta, workspace, 1);
    result.loss += loss->value(z, workspace.y(1)) / static_cast<double>(samples.size());
    AlignedBuffer<double> a(z.size());
    loss->predict(z, a.view(z.shape()));
    result.predictions.insert(result.predictions.end(), a.data(), a.data() + a.size());
    if (!data.is_classification()) continue;
    const auto truth = static_cast<std::size_t>(data.labels()[static_cast<std::size_t>(sample)]);
    const auto predicted = static_cast<std::size_t>(class_of(z.span(), threshold));
    ++result.confusion_matrix[truth][predicted];
    result.accuracy += truth == predicted ? 1 / static_cast<double>(samples.size()) : 0;
  }
  return result;
}

void expect_as_naive(const Model<double>& model, const Dataset& data,
                     std::span<const Size> samples) {
  const NaiveResult wanted = naive(model, data, samples);
  for (const int threads : {1, 3}) {
    Workers workers(threads);
    const Evaluation found = evaluate(model, data, samples, workers);
    EXPECT_EQ(found.samples, static_cast<Size>(samples.size()));
    EXPECT_NEAR(found.loss, wanted.loss, 1e-12 * std::abs(wanted.loss));
    EXPECT_NEAR(found.accuracy, wanted.accuracy, 1e-12);
    EXPECT_EQ(found.confusion_matrix, wanted.confusion_matrix);
  }
}

// Sizes around the 32 samples of a task, and several of them.
TEST(Evaluate, AgreesWithANaiveLoopOnAnySize) {
  for (const Size n : {1, 2, 31, 32, 33, 64, 101}) {
    const Dataset data = test::random_classes(n, {7, 7, 1}, 4);
    const auto model = test::model_for<double>(
        data, "conv 3 3x3, relu, maxpool 2, flatten, dense 6, tanh, dense 4");
    expect_as_naive(model, data, test::all_samples(data));
  }
}

TEST(Evaluate, AgreesForEachKindOfOutput) {
  const Dataset two = test::random_classes(50, {9}, 2);
  expect_as_naive(test::model_for<double>(two, "dense 1"), two, test::all_samples(two));
  expect_as_naive(test::model_for<double>(two, "dense 2"), two, test::all_samples(two));
  expect_as_naive(test::model_for<double>(two, "dense 1", "mean_squared_error"), two,
                  test::all_samples(two));
  const Dataset real = test::random_values(50, {9}, 2);
  expect_as_naive(test::model_for<double>(real, "dense 2"), real, test::all_samples(real));
}

TEST(Evaluate, LooksAtTheChosenSamplesOnly) {
  const Dataset data = test::random_classes(60, {9}, 3);
  const auto model = test::model_for<double>(data, "dense 3");
  std::vector<Size> some;
  for (Size i = 0; i < 40; ++i) some.push_back((i * 37 + 5) % 60);
  expect_as_naive(model, data, some);
}

TEST(Evaluate, CountsTheConfusionMatrix) {
  const Dataset data = test::random_classes(60, {9}, 3);
  Workers workers(2);
  auto model = test::model_for<double>(data, "dense 3", "", Initializer::zeros);
  model.network->parameter(model.theta.span(), 1)[2] = 1;  // the bias makes everything class 2
  const Evaluation evaluation = evaluate(model, data, workers);
  const auto of_class_2 = static_cast<Size>(std::ranges::count(data.labels(), 2));
  for (const auto& row : evaluation.confusion_matrix) {
    EXPECT_EQ(row[0], 0);
    EXPECT_EQ(row[1], 0);
  }
  EXPECT_EQ(evaluation.confusion_matrix[2][2], of_class_2);
  EXPECT_EQ(evaluation.accuracy, static_cast<double>(of_class_2) / 60);
}

TEST(Predict, GivesProbabilitiesInTheOrderOfTheData) {
  for (const Size n : {1, 32, 45}) {
    const Dataset data = test::random_classes(n, {9}, 3);
    const auto model = test::model_for<double>(data, "dense 8, relu, dense 3");
    Workers workers(3);
    const auto predictions = predict(model, data, workers);
    ASSERT_EQ(predictions.size(), n * 3);
    const auto wanted = naive(model, data, test::all_samples(data)).predictions;
    EXPECT_LE(relative_error(predictions.span(), std::span(wanted)), 1e-12);
    for (Size i = 0; i < n; ++i) {
      EXPECT_NEAR(predictions[3 * i] + predictions[3 * i + 1] + predictions[3 * i + 2], 1, 1e-12);
    }
  }
}

TEST(Predict, LooksAtNoTargets) {
  const Dataset three = test::random_classes(5, {9}, 3);
  const Dataset seven = test::random_classes(5, {9}, 7);
  Workers workers(1);
  EXPECT_EQ(predict(test::model_for<float>(three, "dense 3"), seven, workers).size(), 15);
}

TEST(Evaluate, TakesFlatRowsOfPictures) {
  const Dataset pictures = test::random_classes(9, {4, 4, 1}, 3);
  const Dataset rows(
      ElementType::uint8, {16},
      [&] {
        AlignedBuffer<std::byte> x(9 * 16);
        std::ranges::copy(pictures.x(), x.data());
        return x;
      }(),
      {pictures.labels().begin(), pictures.labels().end()}, pictures.class_names());
  const auto model = test::model_for<float>(pictures, "conv 2 3x3, relu, flatten, dense 3");
  Workers workers(2);
  EXPECT_EQ(evaluate(model, rows, workers).loss, evaluate(model, pictures, workers).loss);
  EXPECT_TRUE(std::ranges::equal(predict(model, rows, workers).span(),
                                 predict(model, pictures, workers).span()));
}

TEST(CheckFit, SaysWhatDoesNotFitAndHowToMendIt) {
  const auto message = [](const Dataset& made_for, std::string_view layers, const Dataset& data) {
    return message_of<DataError>(
        [&] { check_fit(test::model_for<float>(made_for, layers), data); });
  };
  const Dataset three = test::random_classes(5, {6, 6, 1}, 3);
  const Dataset two = test::random_classes(5, {6, 6, 1}, 2);
  const Dataset real = test::random_values(5, {6, 6, 1}, 4);
  const Dataset other_shape = test::random_classes(5, {1, 6, 6}, 3);
  const std::string layers = "flatten, dense 3";
  EXPECT_NO_THROW(check_fit(test::model_for<float>(three, layers), three));
  EXPECT_NO_THROW(check_fit(test::model_for<float>(two, "flatten, dense 1"), two));
  EXPECT_NO_THROW(check_fit(test::model_for<float>(two, "flatten, dense 2"), two));
  EXPECT_NO_THROW(check_fit(test::model_for<float>(real, "flatten, dense 4"), real));

  EXPECT_TRUE(contains(message(three, layers, other_shape), "1x6x6"));
  EXPECT_TRUE(contains(message(three, layers, two), "2 classes, the model 3 outputs"));
  EXPECT_TRUE(contains(message(three, layers, two), "'dense 1'"));
  EXPECT_TRUE(contains(message(two, "flatten, dense 1", three), "3 classes, the model 1 output;"));
  EXPECT_TRUE(contains(message(two, "flatten, dense 1", three), "'dense 3'"));
  EXPECT_TRUE(contains(message(three, layers, real), "4 target values"));
}

TEST(Evaluate, RefusesNothing) {
  const Dataset data = test::random_classes(5, {9}, 3);
  Workers workers(1);
  EXPECT_THROW(evaluate(test::model_for<float>(data, "dense 3"), data, {}, workers), DataError);
}

}  // namespace
}  // namespace dtheta
