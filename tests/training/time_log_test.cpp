#include "dtheta/core/time_log.hpp"

#include <map>
#include <vector>

#include <gtest/gtest.h>

#include "training/training_cases.hpp"

namespace dtheta {
namespace {

/// How often each activity was noted, and that the intervals make sense.
std::map<Activity, Size> counts(const std::vector<TimeLog>& logs) {
  std::map<Activity, Size> result;
  for (const TimeLog& log : logs) {
    for (const Interval& interval : log.intervals) {
      EXPECT_LE(interval.begin, interval.end);
      ++result[interval.activity];
    }
  }
  return result;
}

class TimeLogs : public testing::Test {
 protected:
  TimeLogs()
      : trainer_(test::model_for<float>(data_, "conv 3 3x3, relu, maxpool 2, flatten, dense 3"),
                 {.batch_size = 10, .shards = 5, .optimizer = {.name = "sgd"}}, data_,
                 test::all_samples(data_), workers_) {}

  const Dataset data_ = test::random_classes(40, {6, 6, 1}, 3);
  Workers workers_{2};
  Trainer<float> trainer_;
  std::vector<TimeLog> logs_{2};
};

TEST_F(TimeLogs, HaveEveryActivityOfEveryShardAndLayer) {
  trainer_.set_time_logs(logs_);
  trainer_.step();
  trainer_.step();
  const auto found = counts(logs_);
  for (const Activity activity :
       {Activity::gather, Activity::forward, Activity::loss, Activity::backward}) {
    EXPECT_EQ(found.at(activity), 2 * 5);
  }
  EXPECT_GE(found.at(Activity::prepare), 2);                // in as many parts as suit the layers
  EXPECT_EQ(found.at(Activity::update), 2 * 4);             // blocks: two kernels, two biases
  EXPECT_EQ(found.at(Activity::layer_dtheta), 2 * 2);       // the dense layer's
  EXPECT_EQ(found.at(Activity::layer_forward), 2 * 5 * 3);  // flatten is a view
  EXPECT_EQ(found.at(Activity::layer_backward), 2 * 5 * 3);
}

TEST_F(TimeLogs, EndWhenTheyAreTakenAway) {
  trainer_.set_time_logs(logs_);
  trainer_.set_time_logs({});
  trainer_.step();
  EXPECT_TRUE(counts(logs_).empty());
}

TEST_F(TimeLogs, ChangeNoBit) {
  Trainer<float> unlogged(trainer_.model(), trainer_.recipe(), data_, test::all_samples(data_),
                          workers_);
  trainer_.set_time_logs(logs_);
  for (int step = 0; step < 5; ++step) EXPECT_EQ(trainer_.step().cost, unlogged.step().cost);
  EXPECT_EQ(test::numbers_of(trainer_.model()), test::numbers_of(unlogged.model()));
}

}  // namespace
}  // namespace dtheta
