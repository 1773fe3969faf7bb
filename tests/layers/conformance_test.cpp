// What every layer promises in layers/layer.hpp, checked for all of them.
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "dtheta/core/workers.hpp"
#include "layers/layer_cases.hpp"
#include "support/layer_run.hpp"

namespace dtheta {
namespace {

class EveryLayer : public testing::TestWithParam<LayerCase> {
 protected:
  template <class T>
  static std::unique_ptr<Layer<T>> layer() {
    return make_layer<T>(parse_layer(GetParam().layer));
  }
  static Size m() { return GetParam().m; }
  /// Memory for the case's samples, of which `used` are run.
  template <class T>
  static LayerRun<T> run_of(const Layer<T>& layer, Size used = m()) {
    LayerRun<T> run(layer, GetParam().input, used, m());
    if (GetParam().integers > 0) run.use_integers(GetParam().integers);
    return run;
  }
};

TEST_P(EveryLayer, OverwritesWhatItShould) {
  const auto layer = this->layer<float>();
  LayerRun<float> clean = run_of(*layer);
  LayerRun<float> spoiled = run_of(*layer);
  clean.spoil(0);
  spoiled.spoil(std::numeric_limits<float>::quiet_NaN());
  for (LayerRun<float>* run : {&clean, &spoiled}) {
    run->forward();
    run->backward();
  }
  const auto results = spoiled.results();
  EXPECT_TRUE(std::ranges::none_of(results, [](float x) { return std::isnan(x); }));
  EXPECT_EQ(results, clean.results());
}

TEST_P(EveryLayer, AddsToItsDtheta) {
  const auto layer = this->layer<double>();
  LayerRun<double> from_zero = run_of(*layer);
  LayerRun<double> from_seven = run_of(*layer);
  for (std::size_t p = 0; p < from_seven.parameters(); ++p) {
    std::ranges::fill(from_seven.dtheta(p), 7);
  }
  for (LayerRun<double>* run : {&from_zero, &from_seven}) {
    run->forward();
    run->backward();
  }
  for (std::size_t p = 0; p < from_zero.parameters(); ++p) {
    for (double& number : from_zero.dtheta(p)) number += 7;
    EXPECT_LT(relative_error(from_seven.dtheta(p), from_zero.dtheta(p)), 1e-13) << p;
  }
}

TEST_P(EveryLayer, StaysWithinItsFootprint) {
  const auto layer = this->layer<float>();
  for (const Size used : {m(), (m() + 1) / 2, Size{1}}) {
    LayerRun<float> run = run_of(*layer, used);
    run.forward();
    run.backward();
    EXPECT_TRUE(run.fences_are_intact()) << used << " of " << m() << " samples";
  }
}

TEST_P(EveryLayer, LeavesADinputThatIsNotWantedAlone) {
  const auto layer = this->layer<float>();
  LayerRun<float> wanted = run_of(*layer);
  LayerRun<float> unwanted = run_of(*layer);
  wanted.forward();
  wanted.backward();
  unwanted.forward();
  unwanted.backward(false);
  for (std::size_t p = 0; p < wanted.parameters(); ++p) {
    EXPECT_TRUE(std::ranges::equal(unwanted.dtheta(p), wanted.dtheta(p))) << p;
  }
  EXPECT_TRUE(std::ranges::all_of(unwanted.dx(), [](float x) { return std::isnan(x); }));
}

TEST_P(EveryLayer, LeavesADthetaThatIsNotWantedAlone) {
  const auto layer = this->layer<float>();
  LayerRun<float> wanted = run_of(*layer);
  LayerRun<float> unwanted = run_of(*layer);
  wanted.forward();
  wanted.backward();
  unwanted.forward();
  unwanted.backward(true, false);
  EXPECT_TRUE(std::ranges::equal(unwanted.dx(), wanted.dx()));
  for (std::size_t p = 0; p < unwanted.parameters(); ++p) {
    EXPECT_TRUE(std::ranges::all_of(unwanted.dtheta(p), [](float x) { return x == 0; })) << p;
  }
}

TEST_P(EveryLayer, ServesManyTasksAtOnce) {
  const auto layer = this->layer<float>();
  LayerRun<float> alone = run_of(*layer);
  alone.forward();
  alone.backward();
  std::vector<LayerRun<float>> runs;
  for (int task = 0; task < 12; ++task) runs.push_back(run_of(*layer));
  Workers workers(4);
  workers.for_each(12, [&](Size task, int) {
    runs[static_cast<std::size_t>(task)].forward();
    runs[static_cast<std::size_t>(task)].backward();
  });
  for (auto& run : runs) EXPECT_EQ(run.results(), alone.results());
}

TEST_P(EveryLayer, GivesInFloatWhatItGivesInDouble) {
  const auto narrow_layer = this->layer<float>();
  const auto wide_layer = this->layer<double>();
  LayerRun<float> narrow = run_of(*narrow_layer);
  LayerRun<double> wide = run_of(*wide_layer);
  narrow.forward();
  narrow.backward();
  wide.forward();
  wide.backward();
  const double tolerance = GetParam().float_rounding;
  EXPECT_LT(relative_error(narrow.output(), wide.output()), tolerance);
  EXPECT_LT(relative_error(narrow.dx(), wide.dx()), tolerance);
  for (std::size_t p = 0; p < wide.parameters(); ++p) {
    EXPECT_LT(relative_error(narrow.dtheta(p), wide.dtheta(p)), tolerance) << p;
  }
}

INSTANTIATE_TEST_SUITE_P(Small, EveryLayer, testing::ValuesIn(small_cases));
INSTANTIATE_TEST_SUITE_P(Large, EveryLayer, testing::ValuesIn(large_cases));

}  // namespace
}  // namespace dtheta
