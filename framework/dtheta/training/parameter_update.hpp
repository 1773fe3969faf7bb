/// ParameterUpdate: the second half of a step, from the shards' gradients to the new θ.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/time_log.hpp"
#include "dtheta/core/workers.hpp"
#include "dtheta/model/recipe.hpp"
#include "dtheta/model/training_state.hpp"
#include "dtheta/optimizers/optimizer.hpp"
#include "dtheta/training/batch_gradient.hpp"

namespace dtheta {

/// Adds up the shards' dθ, divides by their weight, adds λW, clips, and lets the optimizer move θ.
///
/// One pass over the blocks of θ does all of it, while a block is in cache. Where the norm of the
/// whole dθ is asked for, it takes a second pass: the first leaves dθ in an array as long as θ, and
/// the sum of squares of every block; these are added up in the order of the blocks. So every bit
/// depends on the batch and the recipe only. Allocates here and never again. One thread at a time.
template <std::floating_point T>
class ParameterUpdate {
 public:
  /// By `recipe`, which has no zeros that stand for something else. The others must outlive it.
  ParameterUpdate(const Network<T>& network, const Recipe& recipe, BatchGradient<T>& gradient,
                  Workers& workers);

  const Optimizer<T>& optimizer() const { return *optimizer_; }

  /// Moves θ and the slots of `state` by the gradient of the m samples that the first `shards`
  /// shards have run; their mean is that by `weight`, what the samples count together. Returns Σ W²
  /// over all kernels before that; 0 without L2 regularization.
  double run(TrainingState<T>& state, double learning_rate, Size shards, Size m, double weight);

  /// Notes in `logs`, one a worker, what is done; none: nothing. They must outlive their use.
  void set_time_logs(std::span<TimeLog> logs) { logs_ = logs; }

  /// Bytes of the array for dθ, where there is one.
  Size bytes() const { return dtheta_.size() * static_cast<Size>(sizeof(T)); }

 private:
  struct Batch {
    Size shards;
    Size m;
    double weight;
  };

  std::span<T> reduce(const Block& block, const Batch& batch, int worker);
  std::span<T> gradient_of(std::size_t b, const Batch& batch, std::span<const T> theta, int worker);
  void move(const Block& block, const UpdateStep& step, std::span<const T> dtheta,
            TrainingState<T>& state) const;
  double clip_factor() const;
  TimeLog* time_log(int worker) const {
    return logs_.empty() ? nullptr : &logs_[static_cast<std::size_t>(worker)];
  }

  double l2_;
  double weight_decay_;
  double clip_norm_;
  BatchGradient<T>& gradient_;
  Workers& workers_;
  std::unique_ptr<Optimizer<T>> optimizer_;
  std::span<TimeLog> logs_;
  AlignedBuffer<T> dtheta_;        // {theta_size()} where a second pass is needed
  std::vector<double> penalties_;  // one a block: Σ W²
  std::vector<double> squares_;    // one a block: Σ dθ²
};

}  // namespace dtheta
