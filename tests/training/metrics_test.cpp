#include "dtheta/training/metrics.hpp"

#include <array>
#include <vector>

#include <gtest/gtest.h>

namespace dtheta {
namespace {

Size class_in(std::vector<float> row, float threshold = 0) {
  return class_of<float>(std::span<const float>(row), threshold);
}

TEST(ClassOf, IsTheFirstOfTheLargest) {
  EXPECT_EQ(class_in({1, 3, 2}), 1);
  EXPECT_EQ(class_in({-5, -3, -3}), 1);
  EXPECT_EQ(class_in({0, 0}), 0);
}

TEST(ClassOf, ASingleNumberIsComparedWithTheThreshold) {
  EXPECT_EQ(class_in({0.1F}), 1);
  EXPECT_EQ(class_in({0}), 0);
  EXPECT_EQ(class_in({-0.1F}), 0);
  EXPECT_EQ(class_in({0.4F}, 0.5F), 0);
  EXPECT_EQ(decision_threshold<float>("sigmoid"), 0) << "on logits: sigmoid(0) is 1/2";
  EXPECT_EQ(decision_threshold<float>("linear"), 0.5F);
}

TEST(CountCorrect, ComparesRowsOfLogitsAndTargets) {
  const std::vector<float> z{3, 1, 0, 5, 2, 2}, y{1, 0, 0, 1, 0, 1};
  EXPECT_EQ(count_correct<float>({z.data(), {3, 2}}, {y.data(), {3, 2}}, "softmax"), 2);
  const std::vector<float> logits{-1, 2, 0.3F}, labels{0, 1, 0};
  EXPECT_EQ(count_correct<float>({logits.data(), {3, 1}}, {labels.data(), {3, 1}}, "sigmoid"), 2);
  EXPECT_EQ(count_correct<float>({logits.data(), {3, 1}}, {labels.data(), {3, 1}}, "linear"), 3);
}

}  // namespace
}  // namespace dtheta
