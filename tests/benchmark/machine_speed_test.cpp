#include "dtheta/benchmark/machine_speed.hpp"

#include <gtest/gtest.h>

namespace dtheta {
namespace {

// How fast is for nobody to assert; that a figure is in its unit is: no core does less than a
// million operations a second, none a hundred million million.
TEST(MachineSpeed, IsInGigaflops) {
  const Spread one = measure_fma_gflops(1, {.seconds = 0.001, .rounds = 3});
  EXPECT_GT(one.max, 1e-3);
  EXPECT_LT(one.max, 1e5);
}

}  // namespace
}  // namespace dtheta
