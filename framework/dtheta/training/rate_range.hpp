/// The learning rate range test: which rates a training can be started with.
#pragma once

#include <concepts>
#include <optional>
#include <vector>

#include "dtheta/core/workers.hpp"
#include "dtheta/data/dataset.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/model/recipe.hpp"

namespace dtheta {

/// Rates to try: from `first` to `last`, each the same multiple of the one before.
struct RateRange {
  double first = 1e-7;
  double last = 10;
  Size steps = 100;  ///< at least 2
};

/// One step of the test.
struct RateTrial {
  double learning_rate = 0;
  double loss = 0;      ///< of its batch, before the step
  double smoothed = 0;  ///< running mean of the losses, the last of weight 1 − 0.98
};

/// What a range test has found.
struct RateRangeTest {
  std::vector<RateTrial> trials;  ///< fewer than asked for where the loss blew up
  bool is_diverged = false;

  /// The trial with the lowest smoothed loss. There is one at least (asserted).
  const RateTrial& lowest() const;
  /// A tenth of the rate of `lowest`: large, and far from where training breaks down. None where
  /// the loss has not fallen.
  std::optional<double> suggestion() const;
};

/// Trains a copy of `model` by the recipe for a few steps while the learning rate grows, instead of
/// by its own rate and schedule, until the smoothed loss is four times its lowest or no longer
/// finite (Smith, "Cyclical learning rates", 2017, with the smoothing of fastai). The same bits on
/// any number of workers. Throws UsageError for a range that does not rise or has fewer than two
/// steps, else as Trainer.
template <std::floating_point T>
RateRangeTest test_rates(Model<T> model, Recipe recipe, const Dataset& data,
                         std::vector<Size> samples, const RateRange& range, Workers& workers);

}  // namespace dtheta
