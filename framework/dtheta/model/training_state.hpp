/// TrainingState: where a training stands.
#pragma once

#include <concepts>
#include <vector>

#include "dtheta/model/model.hpp"

namespace dtheta {

/// All that changes while a model is trained; with the recipe and the data it determines every
/// step to come. A value: a copy is a snapshot.
template <std::floating_point T>
struct TrainingState {
  Model<T> model;
  std::vector<AlignedBuffer<T>> slots = {};  ///< the optimizer's, each {theta_size()}
  Size step = 0;                             ///< steps done
  Size epoch = 0;                            ///< epochs done
  Size cursor = 0;                           ///< samples of the running epoch done
};

}  // namespace dtheta
