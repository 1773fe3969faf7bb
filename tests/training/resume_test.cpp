// A training that goes on from a checkpoint ends with the bits of one that was never stopped.
#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <optional>
#include <ostream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/checkpoint_file.hpp"
#include "dtheta/training/trainer.hpp"
#include "support/messages.hpp"
#include "support/temporary_folder.hpp"
#include "training/training_cases.hpp"

namespace dtheta {
namespace {

using test::contains;
using test::message_of;
using test::TemporaryFolder;

/// What a run shows from some step on: the last bits of θ and of the result, and every epoch's
/// figures.
struct Ending {
  std::string theta_sha256;
  std::string result_sha256;
  std::vector<std::uint64_t> figures;
  friend bool operator==(const Ending&, const Ending&) = default;
};

/// Trains to the end on `threads` threads, from `state` on where there is one.
template <std::floating_point T>
Ending trained(const Dataset& data, std::string_view layers, const Recipe& recipe, int threads,
               std::optional<TrainingState<T>> state = std::nullopt) {
  Workers workers(threads);
  Trainer<T> trainer(test::model_for<T>(data, layers), recipe, data, test::all_samples(data),
                     workers);
  if (state) trainer.resume(*std::move(state));
  Ending ending;
  trainer.fit({.step = {}, .epoch = [&](const EpochReport& report) {
                 ending.figures.push_back(std::bit_cast<std::uint64_t>(report.loss));
                 ending.figures.push_back(std::bit_cast<std::uint64_t>(report.accuracy));
                 EXPECT_EQ(report.samples, data.size());
               }});
  ending.theta_sha256 = theta_sha256(trainer.model());
  ending.result_sha256 = theta_sha256(trainer.result());
  return ending;
}

/// Trains on two threads and leaves a checkpoint named by its step after each of `steps` steps.
template <std::floating_point T>
void leave_checkpoints(const Dataset& data, std::string_view layers, const Recipe& recipe,
                       const std::set<Size>& steps, const TemporaryFolder& folder) {
  Workers workers(2);
  Trainer<T> trainer(test::model_for<T>(data, layers), recipe, data, test::all_samples(data),
                     workers);
  for (const Size step : steps) {
    while (trainer.state().step < step) {
      trainer.step();
      if (trainer.state().cursor != 0 || !trainer.needs_notes()) continue;
      trainer.note_epoch(trainer.report().loss, trainer.report().accuracy);
    }
    save_checkpoint<T>(folder / std::to_string(step), trainer.state(),
                       {.recipe = trainer.recipe()});
  }
}

/// Goes on from the checkpoint of each of `steps` steps, on 1, 3 or 4 threads.
template <std::floating_point T>
void expect_same_ending(const Dataset& data, std::string_view layers, const Recipe& recipe,
                        const std::set<Size>& steps) {
  const Ending whole = trained<T>(data, layers, recipe, 2);
  const TemporaryFolder folder;
  leave_checkpoints<T>(data, layers, recipe, steps, folder);
  constexpr std::array threads{1, 3, 4};
  std::size_t run = 0;
  for (const Size step : steps) {
    const Ending rest = trained<T>(data, layers, recipe, threads[run++ % threads.size()],
                                   load_checkpoint<T>(folder / std::to_string(step)).state);
    ASSERT_EQ(rest.theta_sha256, whole.theta_sha256) << "stopped after step " << step;
    ASSERT_EQ(rest.result_sha256, whole.result_sha256) << "stopped after step " << step;
    const auto missing = static_cast<std::ptrdiff_t>(whole.figures.size() - rest.figures.size());
    EXPECT_TRUE(
        std::equal(rest.figures.begin(), rest.figures.end(), whole.figures.begin() + missing))
        << "the figures of the epochs after step " << step;
  }
}

/// `count` different steps of {0, ..., last}, drawn at random.
std::set<Size> random_steps(std::size_t count, Size last) {
  Philox random(11, Purpose::input, 0, 0);
  std::set<Size> steps;
  while (steps.size() < count) steps.insert(random.below(last + 1));
  return steps;
}

struct Case {
  std::string optimizer;
  std::string layers;

  friend std::ostream& operator<<(std::ostream& stream, const Case& of) {
    return stream << of.optimizer << "_" << of.layers;
  }
};

class Resume : public testing::TestWithParam<Case> {};

TEST_P(Resume, AtTwentyRandomStepsEndsWithTheSameBits) {
  const Dataset data = test::random_classes(150, {28, 28, 1}, 10);
  const Recipe recipe{.epochs = 3, .batch_size = 16, .optimizer = {.name = GetParam().optimizer}};
  expect_same_ending<float>(data, GetParam().layers, recipe, random_steps(20, 30));
}

INSTANTIATE_TEST_SUITE_P(Of, Resume,
                         testing::Values(Case{"momentum", "mlp"}, Case{"adam", "mlp"},
                                         Case{"momentum", "lenet5"}, Case{"adam", "lenet5"}),
                         [](const auto& of) { return testing::PrintToString(of.param); });

TEST(ResumedTraining, AtEveryStepWithEverythingThatHasAState) {
  const Dataset data = test::random_classes(41, {6, 6, 1}, 3);
  Recipe recipe{.epochs = 3,
                .batch_size = 8,
                .shards = 3,
                .schedule = {.warmup = TrainingInterval{.count = 1}},
                .label_smoothing = 0.1,
                .class_weights = "0:2, 2:0.5",
                .l2 = 1e-2,
                .weight_decay = 0.1,
                .clip_norm = 0.5,
                .shuffle_window = 10,
                .augment = "flip, rotate 9, mixup 1"};
  std::set<Size> every;
  for (Size step = 0; step <= 18; ++step) every.insert(step);
  for (const std::string_view optimizer : optimizer_names()) {
    recipe.optimizer.name = optimizer;
    expect_same_ending<double>(data, "conv 3 3x3, relu, flatten, dense 3", recipe, every);
  }
}

TEST(ResumedTraining, AtEveryStepWithAveragesAccumulationAndTheBestEpoch) {
  const Dataset data = test::random_classes(41, {6, 6, 1}, 3);
  Recipe recipe{.epochs = 6,
                .batch_size = 8,
                .accumulate = 2,
                .shards = 3,
                .learning_rate = 0.05,
                .ema = 0.6,
                .keep_best = true};
  std::set<Size> every;
  for (Size step = 0; step <= 18; ++step) every.insert(step);
  for (const char* schedule : {"cosine", "plateau"}) {  // the one that has a state, and one without
    recipe.schedule = {.name = schedule, .patience = 0, .threshold = 0.2};
    expect_same_ending<float>(data, "conv 3 3x3, relu, flatten, dense 3", recipe, every);
  }
}

/// What ends a training early ends one that was resumed, too.
TEST(ResumedTraining, StopsEarlyWhereTheOtherDid) {
  const Dataset data = test::random_classes(41, {6, 6, 1}, 3);
  Recipe recipe{.epochs = 30,
                .batch_size = 8,
                .optimizer = {.name = "sgd"},
                .learning_rate = 3,
                .schedule = {.name = "constant"},
                .early_stopping = 1,
                .keep_best = true};
  const std::string layers = "flatten, dense 3";
  Workers workers(2);
  Trainer<float> trainer(test::model_for<float>(data, layers), recipe, data,
                         test::all_samples(data), workers);
  trainer.fit();
  ASSERT_LT(trainer.state().epoch, 30) << "it never stopped early";
  const Size steps = trainer.state().step;
  expect_same_ending<float>(data, layers, recipe, {1, steps / 2, steps - 1, steps});
}

class SmallTraining : public testing::Test {
 protected:
  Dataset data_ = test::random_classes(41, {6, 6, 1}, 3);
  Workers workers_{2};
  Recipe recipe_{.epochs = 3, .batch_size = 16};

  Trainer<float> trainer(const Recipe& recipe) {
    return {test::model_for<float>(data_, "flatten, dense 3"), recipe, data_,
            test::all_samples(data_), workers_};
  }
};

TEST_F(SmallTraining, ReportsTheWholeEpochThatItWasResumedIn) {
  auto stopped = trainer(recipe_);
  stopped.step();
  stopped.step();
  auto resumed = trainer(recipe_);
  resumed.resume(stopped.state());
  EXPECT_EQ(resumed.report().epoch, 1);
  EXPECT_EQ(resumed.report().samples, 32);
  EXPECT_EQ(resumed.report().loss, stopped.report().loss);
  const double before = resumed.report().seconds;
  const EpochReport report = resumed.epoch();
  EXPECT_EQ(report.samples, 41);
  EXPECT_EQ(report.epoch, 1);
  EXPECT_GT(report.seconds, before);
  EXPECT_EQ(report.loss, trainer(recipe_).epoch().loss);
  EXPECT_EQ(resumed.report().samples, 41) << "between epochs: the last";
}

TEST_F(SmallTraining, RemembersTheBestEpoch) {
  auto training = trainer(recipe_);
  EXPECT_EQ(training.state().best, std::nullopt);
  training.epoch();
  training.note_epoch(0.5, 0.75);
  training.note_epoch(0.25, 1);  // an epoch is noted once
  training.epoch();
  training.note_epoch(0.5, 1);
  EXPECT_EQ(training.state().best, (EpochScore{.epoch = 1, .loss = 0.5, .accuracy = 0.75}));
  EXPECT_EQ(training.state().last, (EpochScore{.epoch = 2, .loss = 0.5, .accuracy = 1}));
  auto resumed = trainer(recipe_);
  resumed.resume(training.state());
  resumed.epoch();
  resumed.note_epoch(0.25, 0.5);
  EXPECT_EQ(resumed.state().best, (EpochScore{.epoch = 3, .loss = 0.25, .accuracy = 0.5}));
}

TEST_F(SmallTraining, ALossThatIsNotANumberIsNeverTheBestForLong) {
  auto training = trainer(recipe_);
  training.epoch();
  training.note_epoch(std::nan(""), 0);
  training.epoch();
  training.note_epoch(7, 0.5);
  training.epoch();
  training.note_epoch(std::nan(""), 1);
  EXPECT_EQ(training.state().best->epoch, 2);
}

TEST_F(SmallTraining, AnExceptionOfACallbackStopsBetweenSteps) {
  auto training = trainer(recipe_);
  const auto stop_at = [&](Size step) {
    return Callbacks{.step =
                         [&training, step](const EpochReport&) {
                           if (training.state().step == step) throw Stopped("enough");
                         },
                     .epoch = {}};
  };
  EXPECT_THROW(training.fit(stop_at(2)), Stopped);
  EXPECT_THROW(training.fit(stop_at(3)), Stopped);
  EXPECT_EQ(training.state().epoch, 1);
  training.fit();
  auto whole = trainer(recipe_);
  whole.fit();
  EXPECT_EQ(theta_sha256(training.model()), theta_sha256(whole.model()));
}

TEST_F(SmallTraining, RefusesAStateThatIsNotOfSuchATraining) {
  auto stopped = trainer(recipe_);
  for (int step = 0; step < 4; ++step) stopped.step();  // one of epoch 2
  const auto refusal = [&](auto change) {
    TrainingState<float> state = stopped.state();
    change(state);
    auto resumed = trainer(recipe_);
    return message_of<DataError>([&] { resumed.resume(std::move(state)); });
  };
  EXPECT_EQ(refusal([](TrainingState<float>&) {}), "nothing was thrown");
  EXPECT_TRUE(contains(refusal([](auto& state) { state.model.theta = AlignedBuffer<float>(3); }),
                       "another network or optimizer"));
  EXPECT_TRUE(contains(refusal([](auto& state) { state.slots.pop_back(); }), "another network"));
  EXPECT_TRUE(contains(refusal([](auto& state) { state.average = state.model.theta; }), "another"));
  EXPECT_TRUE(
      contains(refusal([](auto& state) { state.best_theta = state.model.theta; }), "another"));
  EXPECT_TRUE(contains(refusal([](auto& state) { state.slots[1] = AlignedBuffer<float>(3); }),
                       "another network"));
  const auto no_place = [&](auto change) {
    EXPECT_TRUE(contains(refusal(change), "have no such place"));
  };
  no_place([](auto& state) { state.step = 5; });
  no_place([](auto& state) { state.cursor = 15; });
  no_place([](auto& state) { state.cursor = 41; });
  no_place([](auto& state) { state.cursor = -16; });
  no_place([](auto& state) { state.epoch = -1; });
  no_place([](auto& state) { state.epoch = 4, state.step = 13; });
  no_place([](auto& state) { state.epoch = 3, state.step = 10; });
}

}  // namespace
}  // namespace dtheta
