// Training, evaluation and prediction give the same bits from memory and streamed.
#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "data/streamed_data.hpp"
#include "dtheta/core/error.hpp"
#include "dtheta/training/evaluation.hpp"
#include "dtheta/training/trainer.hpp"
#include "training/training_cases.hpp"

namespace dtheta {
namespace {

using test::all_samples;
using test::numbers_of;
using test::streamed;

constexpr const char* layers = "conv 3 3x3, relu, flatten, dense 3";

Dataset pictures() { return test::random_classes(101, {6, 6, 1}, 3); }

std::vector<Size> without_each_seventh(const Dataset& data) {
  std::vector<Size> samples = all_samples(data);
  std::erase_if(samples, [](Size sample) { return sample % 7 == 3; });
  return samples;
}

Recipe recipe_with(Size window) {
  return {.epochs = 3,
          .batch_size = 16,
          .optimizer = {.name = "adam"},
          .learning_rate = 0.01,
          .shuffle_window = window,
          .augment = "crop 1, mixup 0.4"};
}

/// θ after a training, stopped and resumed after `stop` steps where that is not 0.
std::vector<float> trained(const Dataset& data, Size window, int threads, Size stop = 0) {
  Workers workers(threads);
  const auto make = [&] {
    return std::make_unique<Trainer<float>>(test::model_for<float>(data, layers),
                                            recipe_with(window), data, without_each_seventh(data),
                                            workers);
  };
  auto trainer = make();
  if (stop > 0) {
    while (trainer->state().step < stop) trainer->step();
    const TrainingState<float> state = trainer->state();
    trainer = make();
    trainer->resume(state);
  }
  trainer->fit();
  return numbers_of(trainer->model());
}

TEST(Streaming, TrainsToTheSameBits) {
  const Dataset data = pictures();
  for (const Size window : {1, 10, 25, 87}) {
    const std::vector<float> whole = trained(data, window, 2);
    for (const int threads : {1, 2, 3}) {
      const Dataset stream =
          streamed(data, {.delay_seed = static_cast<std::uint64_t>(threads) - 1});
      EXPECT_EQ(trained(stream, window, threads), whole) << window << ", " << threads;
    }
  }
}

TEST(Streaming, GoesOnInTheMiddleOfAnEpochWithTheSameBits) {
  const Dataset data = pictures();
  const std::vector<float> whole = trained(data, 20, 2);
  const Dataset stream = streamed(data);
  for (const Size stop : {1, 3, 6, 8, 17}) EXPECT_EQ(trained(stream, 20, 3, stop), whole) << stop;
}

TEST(Streaming, ChoosesAWindowThatFits) {
  const Dataset stream = streamed(pictures(), {.memory = 36 * 3 * 40 / 3 * 4});  // 3 x 40 samples
  Workers workers(1);
  const Trainer<float> trainer(test::model_for<float>(stream, layers), recipe_with(0), stream,
                               all_samples(stream), workers);
  const Size window = trainer.recipe().shuffle_window;
  EXPECT_EQ(window, default_window(stream, 101, 16));
  EXPECT_GE(window, 30);
  EXPECT_LE(stream_bytes(stream, 101, {.window = window, .batch = 16}), 36 * 3 * 40);
}

TEST(Streaming, EvaluatesAndPredictsTheSame) {
  Workers workers(2);
  for (const bool is_classification : {true, false}) {
    const Dataset data = is_classification ? pictures() : test::random_values(101, {6, 6, 1}, 3);
    const Dataset stream = streamed(data, {.memory = 8 * 2 * 36 * 40});  // runs of 32
    const auto model = test::model_for<float>(data, layers);
    const std::vector<Size> samples = without_each_seventh(data);
    const Evaluation a = evaluate(model, data, samples, workers);
    const Evaluation b = evaluate(model, stream, samples, workers);
    EXPECT_EQ(a.loss, b.loss);
    EXPECT_EQ(a.accuracy, b.accuracy);
    EXPECT_EQ(a.confusion_matrix, b.confusion_matrix);
    ASSERT_EQ(a.target_errors.size(), b.target_errors.size());
    for (std::size_t k = 0; k < a.target_errors.size(); ++k) {
      EXPECT_EQ(a.target_errors[k].rmse, b.target_errors[k].rmse);
      EXPECT_EQ(a.target_errors[k].mae, b.target_errors[k].mae);
    }
    EXPECT_TRUE(std::ranges::equal(predict(model, data, workers).span(),
                                   predict(model, stream, workers).span()));
  }
}

// The step that misses a sample leaves θ and position as they were.
TEST(Streaming, AReadErrorEndsTheTrainingBetweenSteps) {
  const Dataset stream = streamed(pictures(), {.unreadable = 50});
  Workers workers(2);
  Trainer<float> trainer(test::model_for<float>(stream, layers), recipe_with(20), stream,
                         all_samples(stream), workers);
  std::vector<float> theta = numbers_of(trainer.model());
  Size step = 0;
  EXPECT_THROW(
      {
        for (;;) {
          trainer.step();
          theta = numbers_of(trainer.model());
          step = trainer.state().step;
        }
      },
      InputOutputError);
  EXPECT_EQ(trainer.state().step, step);
  EXPECT_EQ(numbers_of(trainer.model()), theta);
  EXPECT_THROW(evaluate(trainer.model(), stream, workers), InputOutputError);
}

}  // namespace
}  // namespace dtheta
