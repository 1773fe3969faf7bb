#include "dtheta/benchmark/machine_speed.hpp"

#include <gtest/gtest.h>

namespace dtheta {
namespace {

// How fast is for nobody to assert; that a figure is in its unit is. No core has done less than a
// tenth of a GFLOP/s since the last century, none more than a TFLOP/s yet.
TEST(MachineSpeed, IsInGigaflops) {
  const Spread one = measure_fma_gflops(1, {.seconds = 0.001, .rounds = 3});
  EXPECT_GT(one.max, 0.1);
  EXPECT_LT(one.max, 1000);
}

}  // namespace
}  // namespace dtheta
