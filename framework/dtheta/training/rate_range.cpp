#include "dtheta/training/rate_range.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/training/trainer.hpp"

namespace dtheta {
namespace {

constexpr double kept = 0.98;    // of the running mean
constexpr double too_large = 4;  // times the lowest loss

void check(const RateRange& range) {
  if (range.steps < 2) {
    throw UsageError(fmt::format("the steps are {}; wanted at least 2", range.steps));
  }
  if (range.first > 0 && range.last > range.first && std::isfinite(range.last)) return;
  throw UsageError(fmt::format("the rates go from {} to {}; wanted a positive one and a larger one",
                               range.first, range.last));
}

/// The recipe with a rate that rises by the same factor every step.
Recipe rising(Recipe recipe, const RateRange& range) {
  recipe.learning_rate = range.first;
  recipe.schedule = {.name = "exponential",
                     .decay_rate = range.last / range.first,
                     .decay_every = TrainingInterval{.count = range.steps - 1,
                                                     .unit = TrainingInterval::Unit::steps}};
  recipe.epochs = range.steps;  // of a step at least
  return recipe;
}

}  // namespace

const RateTrial& RateRangeTest::lowest() const {
  assert(!trials.empty());
  return *std::ranges::min_element(trials, {}, &RateTrial::smoothed);
}

std::optional<double> RateRangeTest::suggestion() const {
  if (trials.empty() || &lowest() == &trials.front()) return std::nullopt;
  return lowest().learning_rate / 10;
}

template <std::floating_point T>
RateRangeTest test_rates(Model<T> model, Recipe recipe, const Dataset& data,
                         std::vector<Size> samples, const RateRange& range, Workers& workers) {
  check(range);
  Trainer<T> trainer(std::move(model), rising(std::move(recipe), range), data, std::move(samples),
                     workers);
  RateRangeTest test;
  double mean = 0, weight = 0, lowest = 0;
  while (static_cast<Size>(test.trials.size()) < range.steps && !test.is_diverged) {
    RateTrial trial{.learning_rate = trainer.learning_rate()};
    try {
      trial.loss = trainer.step().cost;
    } catch (const Diverged&) {
      test.is_diverged = true;
      break;
    }
    mean = kept * mean + (1 - kept) * trial.loss;
    weight = kept * weight + (1 - kept);
    trial.smoothed = mean / weight;
    lowest = test.trials.empty() ? trial.smoothed : std::min(lowest, trial.smoothed);
    test.is_diverged = trial.smoothed > too_large * lowest;
    test.trials.push_back(trial);
  }
  return test;
}

template RateRangeTest test_rates(Model<float>, Recipe, const Dataset&, std::vector<Size>,
                                  const RateRange&, Workers&);
template RateRangeTest test_rates(Model<double>, Recipe, const Dataset&, std::vector<Size>,
                                  const RateRange&, Workers&);

}  // namespace dtheta
