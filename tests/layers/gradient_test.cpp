// The derivatives of every layer against central differences, in double.
#include <gtest/gtest.h>

#include "layers/layer_cases.hpp"
#include "support/gradient_check.hpp"
#include "support/layer_run.hpp"

namespace dtheta {
namespace {

class EveryLayerGradient : public testing::TestWithParam<LayerCase> {};

TEST_P(EveryLayerGradient, MatchesCentralDifferences) {
  const LayerCase& c = GetParam();
  const auto layer = make_layer<double>(parse_layer(c.layer));
  LayerRun<double> run(*layer, c.input, c.m);
  if (c.integers > 0) run.use_integers(c.integers);
  run.forward();
  run.backward();
  const auto loss = [&] { return run.loss(); };
  EXPECT_LT(gradient_error(run.dx(), run.x(), loss), gradient_tolerance) << "dx";
  for (std::size_t p = 0; p < run.parameters(); ++p) {
    EXPECT_LT(gradient_error(run.dtheta(p), run.theta(p), loss), gradient_tolerance)
        << "parameter " << p;
  }
}

INSTANTIATE_TEST_SUITE_P(Small, EveryLayerGradient, testing::ValuesIn(small_cases));

}  // namespace
}  // namespace dtheta
