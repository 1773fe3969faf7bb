#include "dtheta/model/target_metric.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace dtheta {
namespace {

using Metric = TargetMetric::Metric;

TEST(TargetMetric, IsANameAndANumber) {
  EXPECT_EQ(parse_target("accuracy=0.99"), (TargetMetric{Metric::accuracy, 0.99}));
  EXPECT_EQ(parse_target("loss=1e-3"), (TargetMetric{Metric::loss, 1e-3}));
  for (const char* text : {"", "accuracy", "accuracy=", "accuracy=1.5", "accuracy=-0.1",
                           "accuracy=1x", "loss=nan", "f1=0.5", "Accuracy=0.5", "loss = 1"}) {
    EXPECT_EQ(parse_target(text), std::nullopt) << text;
  }
}

TEST(TargetMetric, IsWrittenAsItIsRead) {
  for (const char* text : {"accuracy=0.99", "loss=0.05", "loss=0.1"}) {
    EXPECT_EQ(target_text(*parse_target(text)), text);
  }
}

TEST(TargetMetric, IsReachedAtItsValue) {
  const TargetMetric accuracy{Metric::accuracy, 0.75};
  EXPECT_TRUE(accuracy.is_reached(9, 0.75));
  EXPECT_FALSE(accuracy.is_reached(0, 0.74));
  const TargetMetric loss{Metric::loss, 0.75};
  EXPECT_TRUE(loss.is_reached(0.75, 0));
  EXPECT_FALSE(loss.is_reached(0.76, 1));
  EXPECT_FALSE(loss.is_reached(std::nan(""), 1));
}

}  // namespace
}  // namespace dtheta
