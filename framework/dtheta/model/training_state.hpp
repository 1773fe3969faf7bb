/// TrainingState: where a training stands.
#pragma once

#include <concepts>
#include <optional>
#include <vector>

#include "dtheta/model/model.hpp"
#include "dtheta/optimizers/schedule.hpp"

namespace dtheta {

/// Sums over the samples of an epoch that were trained on, each taken before its step's update.
struct EpochSums {
  Size samples = 0;
  double weight = 0;   ///< what they count: as many as they are, or the sum of their weights
  double cost = 0;     ///< Σ J by those weights, with the weight penalty
  Size correct = 0;    ///< samples whose class was predicted
  double seconds = 0;  ///< spent on them

  friend bool operator==(const EpochSums&, const EpochSums&) = default;
};

/// What decides of an epoch: the figures of the validation samples after it, or its own over the
/// training samples where nothing is held out.
struct EpochScore {
  Size epoch = 0;  ///< from 1
  double loss = 0;
  double accuracy = 0;  ///< share of samples in [0, 1]; 0 for regression

  friend bool operator==(const EpochScore&, const EpochScore&) = default;
};

/// All that changes while a model is trained; with the recipe and the data it determines every
/// step to come: random numbers are keyed by the recipe's seed and by places in the training, so
/// there is no state of a generator. A value: a copy is a snapshot.
template <std::floating_point T>
struct TrainingState {
  Model<T> model;
  std::vector<AlignedBuffer<T>> slots = {};  ///< the optimizer's, each {theta_size()}
  AlignedBuffer<T> average = {};             ///< {theta_size()}; empty where none is wanted
  Size step = 0;                             ///< steps done
  Size epoch = 0;                            ///< epochs done
  Size cursor = 0;                           ///< samples of the running epoch done
  EpochSums sums = {};                       ///< of the running epoch; at cursor 0 of the last one
  Plateau plateau = {};                      ///< of a plateau schedule
  std::optional<EpochScore> last = {};       ///< of the last epoch that was noted
  std::optional<EpochScore> best = {};       ///< the one with the lowest loss
  AlignedBuffer<T> best_theta = {};          ///< {theta_size()} of it; empty unless it is kept
};

}  // namespace dtheta
