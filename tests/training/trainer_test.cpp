#include "dtheta/training/trainer.hpp"

#include <bit>
#include <cmath>
#include <cstdint>
#include <map>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/training/evaluation.hpp"
#include "dtheta/training/shard.hpp"
#include "support/messages.hpp"
#include "training/training_cases.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;
using test::numbers_of;

const Dataset& small_data() {
  static const Dataset data = test::random_classes(41, {6, 6, 1}, 3);
  return data;
}

constexpr std::string_view small_layers = "conv 3 3x3, relu, flatten, dense 3";

std::vector<float> fitted(const Recipe& recipe, std::vector<Size> samples) {
  Workers workers(2);
  Trainer<float> trainer(test::model_for<float>(small_data(), small_layers), recipe, small_data(),
                         std::move(samples), workers);
  trainer.fit();
  return numbers_of(trainer.model());
}

TEST(Trainer, EveryOptionHasAnEffect) {
  const auto run = [](auto change, std::string_view optimizer = "adam") {
    Recipe recipe{.epochs = 3, .batch_size = 16, .shards = 4, .optimizer = {.name = "adam"}};
    recipe.optimizer.name = optimizer;
    change(recipe);
    return fitted(recipe, test::all_samples(small_data()));
  };
  const auto none = [](Recipe&) {};
  const auto base = run(none);
  EXPECT_EQ(base, run(none));
  EXPECT_NE(base, run([](Recipe& r) { r.epochs = 4; }));
  EXPECT_NE(base, run([](Recipe& r) { r.batch_size = 10; }));
  EXPECT_NE(base, run([](Recipe& r) { r.batch_size = 0; }));
  EXPECT_NE(base, run([](Recipe& r) { r.shards = 3; })) << "in the last bits";
  EXPECT_NE(base, run([](Recipe& r) { r.learning_rate = 2e-3; }));
  EXPECT_NE(base, run([](Recipe& r) { r.schedule.name = "constant"; }));
  EXPECT_NE(base, run([](Recipe& r) { r.schedule.warmup = TrainingInterval{.count = 1}; }));
  EXPECT_NE(base, run([](Recipe& r) { r.l2 = 0.1; }));
  EXPECT_NE(base, run([](Recipe& r) { r.weight_decay = 0.1; }));
  EXPECT_NE(base, run([](Recipe& r) { r.clip_norm = 0.1; }));
  EXPECT_NE(base, run([](Recipe& r) { r.clip_value = 0.01; }));
  EXPECT_NE(base, run([](Recipe& r) { r.accumulate = 2; }));
  EXPECT_NE(base, run([](Recipe& r) { r.seed = 2; }));
  EXPECT_NE(base, run([](Recipe& r) { r.shuffle_window = 8; }));
  EXPECT_NE(base, run([](Recipe& r) { r.optimizer.beta1 = 0.5; }));
  EXPECT_NE(base, run([](Recipe& r) { r.optimizer.beta2 = 0.9; }));
  EXPECT_NE(base, run([](Recipe& r) { r.optimizer.epsilon = 1e-2; }));
  std::map<std::vector<float>, std::string> results;
  for (const std::string_view name : optimizer_names()) {
    const auto [other, is_new] = results.emplace(run(none, name), name);
    EXPECT_TRUE(is_new) << name << " does what " << other->second << " does";
  }
  EXPECT_NE(run(none, "momentum"), run([](Recipe& r) { r.optimizer.momentum = 0.5; }, "momentum"));
  EXPECT_NE(run(none, "nesterov"), run([](Recipe& r) { r.optimizer.momentum = 0.5; }, "nesterov"));
  EXPECT_EQ(run(none, "sgd"), run([](Recipe& r) { r.optimizer.momentum = 0.5; }, "sgd"));
}

TEST(Trainer, PutsNumbersInThePlaceOfZeros) {
  Workers workers(1);
  const auto resolved = [&](const Recipe& recipe) {
    return Trainer<float>(test::model_for<float>(small_data(), small_layers), recipe, small_data(),
                          test::all_samples(small_data()), workers)
        .recipe();
  };
  const Recipe recipe = resolved({.batch_size = 0});
  EXPECT_EQ(recipe.batch_size, 41);
  EXPECT_EQ(recipe.shuffle_window, 41);
  EXPECT_EQ(recipe.learning_rate, default_learning_rate("adam"));
  EXPECT_EQ(recipe.weight_decay, 0);
  EXPECT_EQ(resolved({.optimizer = {.name = "adamw"}}).weight_decay, 0.01);
  const auto model = test::model_for<float>(small_data(), small_layers);
  EXPECT_EQ(recipe.shards, default_shards(*model.network, 41));
  const Recipe too_large = resolved({.batch_size = 100, .shards = 64, .shuffle_window = 1000});
  EXPECT_EQ(too_large.batch_size, 41);
  EXPECT_EQ(too_large.shards, 41);
  EXPECT_EQ(too_large.shuffle_window, 41);
}

TEST(Trainer, TrainsOnTheChosenSamplesOnly) {
  const std::vector<Size> even{0, 2, 4, 6, 8, 10}, odd{1, 3, 5, 7, 9, 11};
  const Recipe recipe{.epochs = 1, .batch_size = 4};
  EXPECT_NE(fitted(recipe, even), fitted(recipe, odd));
  // The same six samples as a data set of their own give the same bits.
  AlignedBuffer<std::byte> x(6 * 36);
  std::vector<std::int32_t> labels;
  for (std::size_t i = 0; i < 6; ++i) {
    const auto sample = static_cast<std::size_t>(even[i]);
    std::ranges::copy(small_data().x().subspan(sample * 36, 36), x.data() + i * 36);
    labels.push_back(small_data().labels()[sample]);
  }
  const Dataset alone(ElementType::uint8, {6, 6, 1}, std::move(x), std::move(labels),
                      small_data().class_names());
  Workers workers(2);
  Trainer<float> trainer(test::model_for<float>(alone, small_layers), recipe, alone,
                         test::all_samples(alone), workers);
  trainer.fit();
  EXPECT_EQ(fitted(recipe, even), numbers_of(trainer.model()));
}

TEST(Trainer, ReportsStepsAndEpochs) {
  Workers workers(2);
  Trainer<float> trainer(test::model_for<float>(small_data(), small_layers),
                         {.epochs = 3, .batch_size = 16}, small_data(),
                         test::all_samples(small_data()), workers);
  EXPECT_EQ(trainer.steps_per_epoch(), 3);
  EXPECT_GT(trainer.bytes(), 0);
  std::vector<Size> steps, epochs;
  double last_loss = 0;
  trainer.fit({.step =
                   [&](const EpochReport& so_far) {
                     steps.push_back(so_far.samples);
                     last_loss = so_far.loss;
                   },
               .epoch =
                   [&](const EpochReport& report) {
                     epochs.push_back(report.epoch);
                     EXPECT_EQ(report.samples, 41);
                     EXPECT_EQ(report.loss, last_loss);
                     EXPECT_GE(report.accuracy, 0);
                     EXPECT_LE(report.accuracy, 1);
                     EXPECT_GT(report.samples_per_second(), 0);
                   }});
  EXPECT_EQ(steps, (std::vector<Size>{16, 32, 41, 16, 32, 41, 16, 32, 41}));
  EXPECT_EQ(epochs, (std::vector<Size>{1, 2, 3}));
  EXPECT_EQ(trainer.state().step, 9);
  EXPECT_EQ(trainer.state().epoch, 3);
  EXPECT_EQ(trainer.state().cursor, 0);
}

TEST(Trainer, ReportsTheMeanOverSamplesEachBeforeItsUpdate) {
  Workers workers(2);
  const auto make = [&] {
    return Trainer<double>(test::model_for<double>(small_data(), small_layers),
                           {.batch_size = 16, .l2 = 0.01}, small_data(),
                           test::all_samples(small_data()), workers);
  };
  auto by_step = make(), by_epoch = make();
  double cost = 0, correct = 0;
  for (int i = 0; i < 3; ++i) {
    const StepReport step = by_step.step();
    cost += step.cost * static_cast<double>(step.samples) / 41;
    correct += static_cast<double>(step.correct) / 41;
  }
  const EpochReport report = by_epoch.epoch();
  EXPECT_NEAR(report.loss, cost, 1e-14);
  EXPECT_NEAR(report.accuracy, correct, 1e-14);
}

TEST(Trainer, LearnsWhatCanBeLearned) {
  Workers workers(2);
  const Dataset data = test::random_classes(40, {10}, 3);  // 40 random samples can be memorised
  Trainer<float> trainer(test::model_for<float>(data, "dense 64, relu, dense 3"),
                         {.epochs = 150, .batch_size = 8, .learning_rate = 1e-2}, data,
                         test::all_samples(data), workers);
  const double before = trainer.epoch().loss;
  trainer.fit();
  EXPECT_GT(before, 0.9);
  EXPECT_EQ(evaluate(trainer.model(), data, workers).accuracy, 1);
}

/// A regression that a huge rate blows up within a few steps.
struct Explosion {
  Workers workers{2};
  Dataset data = test::random_values(24, {5}, 1);
  Trainer<float> trainer;

  explicit Explosion(Size batch)
      : trainer(test::model_for<float>(data, "dense 1"),
                {.epochs = 9,
                 .batch_size = batch,
                 .optimizer = {.name = "sgd"},
                 .learning_rate = 1e15,
                 .schedule = {.name = "constant"}},
                data, test::all_samples(data), workers) {}
};

TEST(Trainer, LeavesThetaAsItWasWhenTheLossDiverges) {
  Explosion explosion(1);
  Trainer<float>& trainer = explosion.trainer;
  std::vector<float> before;
  const std::string message = message_of<Diverged>([&] {
    for (int i = 0; i < 24; ++i) {
      before = numbers_of(trainer.model());
      trainer.step();
    }
  });
  EXPECT_TRUE(contains(message, "the loss is infinite at step "));
  EXPECT_TRUE(contains(message, "epoch 1"));
  EXPECT_TRUE(contains(message, "--learning-rate"));
  const Size steps = trainer.state().step;
  EXPECT_GT(steps, 0) << "diverged later than at the first step";
  EXPECT_TRUE(contains(message, "step " + std::to_string(steps + 1)));
  const auto after = numbers_of(trainer.model());
  for (std::size_t i = 0; i < after.size(); ++i) {
    EXPECT_EQ(std::bit_cast<std::uint32_t>(after[i]), std::bit_cast<std::uint32_t>(before[i]));
  }
  EXPECT_THROW(trainer.step(), Diverged) << "nor has it moved on";
  EXPECT_EQ(trainer.state().step, steps);
}

/// fmt would write a NaN as "-nan" when its sign bit is set.
TEST(Trainer, SaysInWordsThatTheLossIsNotANumber) {
  Workers workers(1);
  const Dataset data = test::random_values(24, {5}, 1);
  Model<float> model = test::model_for<float>(data, "dense 1");
  model.theta[0] = -std::nanf("");
  Trainer<float> trainer(std::move(model), {}, data, test::all_samples(data), workers);
  EXPECT_TRUE(
      contains(message_of<Diverged>([&] { trainer.step(); }),
               "the loss is not a number at step 1 of epoch 1; the first not to be finite was "
               "dense_1/kernel; lower --learning-rate or check the data"));
}

// The loss of a step is taken before its update, so the last step's damage shows in θ only.
TEST(Trainer, SeesWeightsThatDivergeInTheLastStepOfAnEpoch) {
  Explosion explosion(0);
  Trainer<float>& trainer = explosion.trainer;
  const std::string message = message_of<Diverged>([&] { trainer.fit(); });
  EXPECT_TRUE(contains(message, "weights"));
  EXPECT_TRUE(contains(message, "end of epoch " + std::to_string(trainer.state().epoch)));
}

/// Plain descent whose epochs are noted with `losses`; returns the epochs it took.
Size epochs_noted_with(const std::vector<double>& losses, Recipe recipe,
                       std::vector<float>* result = nullptr) {
  Workers workers(1);
  recipe.epochs = static_cast<Size>(losses.size());
  Trainer<float> trainer(test::model_for<float>(small_data(), small_layers), recipe, small_data(),
                         test::all_samples(small_data()), workers);
  std::vector<std::vector<float>> thetas;
  trainer.fit({.step = {}, .epoch = [&](const EpochReport& report) {
                 const double loss = losses[static_cast<std::size_t>(report.epoch - 1)];
                 trainer.note_epoch(loss, 1 - loss);
                 thetas.push_back(numbers_of(trainer.model()));
               }});
  if (result != nullptr) {
    *result = numbers_of(trainer.result());
    EXPECT_EQ(*result, thetas[static_cast<std::size_t>(trainer.state().best->epoch - 1)]);
  }
  return trainer.state().epoch;
}

TEST(Trainer, StopsWhenTheLossFallsNoMore) {
  EXPECT_EQ(epochs_noted_with({5, 4, 4, 4.5, 3, 2, 1}, {.early_stopping = 2}), 4);
  EXPECT_EQ(epochs_noted_with({5, 4, 4, 4.5, 3, 2, 1}, {.early_stopping = 3}), 7);
  EXPECT_EQ(epochs_noted_with({5, 6, 4, 3}, {.early_stopping = 1}), 2);
  EXPECT_EQ(epochs_noted_with({5, 6, 7, 8}, {}), 4);
}

TEST(Trainer, StopsWhenTheTargetIsReached) {
  const auto target = [](std::string_view text) { return Recipe{.target = parse_target(text)}; };
  EXPECT_EQ(epochs_noted_with({0.5, 0.4, 0.3, 0.2}, target("loss=0.4")), 2);
  EXPECT_EQ(epochs_noted_with({0.5, 0.4, 0.25, 0.2}, target("accuracy=0.75")), 3);
  EXPECT_EQ(epochs_noted_with({0.5, 0.4, 0.3, 0.2}, target("loss=0.1")), 4);
}

TEST(Trainer, GivesTheModelOfTheBestEpochWhereThatIsKept) {
  std::vector<float> result;
  EXPECT_EQ(epochs_noted_with({5, 2, 3, 4}, {.early_stopping = 2, .keep_best = true}, &result), 4);
  EXPECT_FALSE(result.empty());
}

TEST(Trainer, GoesByTheTrainingLossWhereNothingIsNoted) {
  Workers workers(1);
  Trainer<float> trainer(test::model_for<float>(small_data(), small_layers),
                         {.epochs = 3, .batch_size = 16, .keep_best = true}, small_data(),
                         test::all_samples(small_data()), workers);
  trainer.fit();
  EXPECT_EQ(trainer.state().last->epoch, 3);
  EXPECT_EQ(trainer.state().last->loss, trainer.report().loss);
}

TEST(Trainer, AccumulatedBatchesAreOneStep) {
  Workers workers(2);
  Trainer<float> trainer(test::model_for<float>(small_data(), small_layers),
                         {.epochs = 2, .batch_size = 8, .accumulate = 3}, small_data(),
                         test::all_samples(small_data()), workers);
  EXPECT_EQ(trainer.steps_per_epoch(), 2);
  EXPECT_EQ(trainer.step().samples, 24);
  EXPECT_EQ(trainer.step().samples, 17);
  EXPECT_EQ(trainer.state().epoch, 1);
  EXPECT_EQ(trainer.state().step, 2);
}

TEST(Trainer, PlateauLowersTheRateOfLaterSteps) {
  Workers workers(1);
  Trainer<float> trainer(
      test::model_for<float>(small_data(), small_layers),
      {.epochs = 9,
       .learning_rate = 0.5,
       .schedule = {.name = "plateau", .min_learning_rate = 0.01, .patience = 0}},
      small_data(), test::all_samples(small_data()), workers);
  std::vector<double> rates;
  for (int epoch = 0; epoch < 4; ++epoch) {
    trainer.epoch();
    trainer.note_epoch(1, 0);
    rates.push_back(trainer.learning_rate());
  }
  EXPECT_EQ(rates, (std::vector<double>{0.5, 0.05, 0.01, 0.01}));
}

TEST(Trainer, RefusesWhatDoesNotFit) {
  Workers workers(1);
  const auto model = test::model_for<float>(small_data(), small_layers);
  const auto all = test::all_samples(small_data());
  const auto construct = [&](const Model<float>& of, const Recipe& recipe,
                             std::vector<Size> samples) {
    Trainer<float>(of, recipe, small_data(), std::move(samples), workers);
  };
  const auto refusal = [&](auto change) {
    Recipe recipe;
    change(recipe);
    return message_of<UsageError>([&] { construct(model, recipe, all); });
  };
  EXPECT_TRUE(contains(refusal([](Recipe& r) { r.epochs = 0; }), "epochs is 0"));
  EXPECT_TRUE(contains(refusal([](Recipe& r) { r.optimizer.name = "adadelta"; }), "adadelta"));
  EXPECT_TRUE(contains(refusal([](Recipe& r) { r.schedule.name = "linear"; }), "linear"));
  EXPECT_TRUE(
      contains(refusal([](Recipe& r) { r.schedule.warmup = TrainingInterval{.count = 10}; }),
               "a warmup of 10epochs leaves nothing of a training of 10 steps"));
  EXPECT_TRUE(contains(refusal([](Recipe& r) { r.schedule.min_learning_rate = 1; }),
                       "min-learning-rate is 1; wanted at most the learning rate, 0.001"));

  const Recipe recipe;
  EXPECT_THROW(construct(model, recipe, {}), DataError);
  const Dataset other = test::random_classes(3, {5, 5, 1}, 3);
  EXPECT_THROW(construct(test::model_for<float>(other, small_layers), recipe, all), DataError);
  Model<float> unknown_loss = model;
  unknown_loss.loss = "absent";
  EXPECT_THROW(construct(unknown_loss, recipe, all), UsageError);
}

}  // namespace
}  // namespace dtheta
