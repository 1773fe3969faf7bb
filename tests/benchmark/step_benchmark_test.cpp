#include "dtheta/benchmark/step_benchmark.hpp"

#include <chrono>

#include <gtest/gtest.h>

#include "training/training_cases.hpp"

namespace dtheta {
namespace {

using std::chrono::milliseconds;

class StepBenchmark : public testing::Test {
 protected:
  StepBenchmark()
      : trainer_(test::model_for<float>(data_,
                                        "conv 3 3x3, relu, maxpool 2, flatten, dense 5, "
                                        "relu, dense 3"),
                 {.batch_size = 10, .shards = 5, .optimizer = {.name = "sgd"}}, data_,
                 test::all_samples(data_), workers_) {}

  const Dataset data_ = test::random_classes(40, {6, 6, 1}, 3);
  Workers workers_{2};
  Trainer<float> trainer_;
};

TEST_F(StepBenchmark, TimesRoundsOfSteps) {
  const StepTimes times = time_steps(trainer_, 0.0);
  EXPECT_EQ(times.rounds, 1);
  EXPECT_GE(times.steps_a_round, 1);
  EXPECT_GT(times.milliseconds.min, 0);
  EXPECT_EQ(times.milliseconds.min, times.milliseconds.max);
  EXPECT_GE(trainer_.state().step, 2 + times.steps_a_round) << "warm-up and a round";
}

TEST_F(StepBenchmark, LogsAsManyStepsAsAreWanted) {
  const StepLog log = log_steps(trainer_, workers_.threads(), 3);
  EXPECT_EQ(log.steps(), 3);
  Size gathered = 0;
  for (const TimeLog& thread : log.threads) {
    for (const Interval& interval : thread.intervals) {
      EXPECT_GE(interval.begin, log.begins.front());
      EXPECT_LE(interval.end, log.end);
      gathered += interval.activity == Activity::gather ? 1 : 0;
    }
  }
  EXPECT_EQ(gathered, 3 * 5);
}

TEST_F(StepBenchmark, TheSplitOfARealStepAddsUp) {
  const TimeSplit split = time_split(log_steps(trainer_, workers_.threads(), 3));
  EXPECT_GT(split.forward, 0);
  EXPECT_GT(split.backward, 0);
  EXPECT_GE(split.waiting, 0);
  EXPECT_NEAR(split.prepare + split.gather + split.forward + split.loss + split.backward +
                  split.dtheta + split.update + split.waiting,
              2 * split.step, 1e-9);
}

// Equation (15) by hand: 4x4 windows of 9 numbers, 3 filters; then 12 -> 5 and 5 -> 3.
TEST_F(StepBenchmark, CountsTheOperationsOfALayer) {
  const StepLog log = log_steps(trainer_, workers_.threads(), 1);
  const auto layers = layer_times(*trainer_.model().network, 10, log);
  ASSERT_EQ(layers.size(), 4U) << "flatten is a view";
  EXPECT_EQ(layers[0].name, "conv_1");
  EXPECT_EQ(layers[0].output, "4x4x3");
  EXPECT_EQ(layers[0].forward_flops, 2 * 16 * 9 * 3 * 10);
  EXPECT_EQ(layers[0].backward_flops, layers[0].forward_flops) << "the first computes no dx";
  EXPECT_EQ(layers[1].forward_flops, 0) << "pooling multiplies nothing";
  EXPECT_GT(layers[1].forward_milliseconds, 0);
  EXPECT_EQ(layers[2].forward_flops, 2 * 12 * 5 * 10);
  EXPECT_EQ(layers[2].backward_flops, 2 * layers[2].forward_flops);
}

TEST(TimeSplit, IsAMeanOverSteps) {
  const Interval::Clock::time_point start{};
  const auto at = [&](int ms) { return start + milliseconds(ms); };
  StepLog log;
  log.begins = {at(0), at(20)};
  log.end = at(40);
  log.threads.resize(2);
  log.threads[0].intervals = {{Activity::gather, 0, at(0), at(2)},
                              {Activity::layer_forward, 0, at(2), at(5)},
                              {Activity::forward, 0, at(2), at(6)},
                              {Activity::layer_dtheta, 0, at(20), at(26)},
                              {Activity::update, 0, at(20), at(30)}};
  log.threads[1].intervals = {{Activity::backward, 1, at(4), at(24)}};
  const TimeSplit split = time_split(log);
  EXPECT_DOUBLE_EQ(split.step, 20);
  EXPECT_DOUBLE_EQ(split.gather, 1);
  EXPECT_DOUBLE_EQ(split.forward, 2) << "a layer's time is within its shard's";
  EXPECT_DOUBLE_EQ(split.backward, 10);
  EXPECT_DOUBLE_EQ(split.dtheta, 3);
  EXPECT_DOUBLE_EQ(split.update, 2);
  EXPECT_DOUBLE_EQ(split.loss, 0);
  EXPECT_DOUBLE_EQ(split.waiting, 2 * 20 - 1 - 2 - 10 - 5);
}

TEST(PeakMemory, CountsWhatWasUsed) {
  const Size before = peak_memory();
  const AlignedBuffer<float> buffer(Size{32} << 20);
  EXPECT_GE(peak_memory(), Size{128} << 20);
  EXPECT_GE(peak_memory(), before);
  EXPECT_EQ(buffer[0], 0);
}

}  // namespace
}  // namespace dtheta
