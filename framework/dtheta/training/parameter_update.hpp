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
#include "dtheta/training/parameter_statistics.hpp"

namespace dtheta {

/// Adds up the shards' dθ, divides by their weight, adds λW, clips, and lets the optimizer move θ
/// and its average.
///
/// One pass over the blocks of θ does all of it, while a block is in cache. Where something is
/// asked for that needs the whole dθ first (the norm of it, or of a parameter's, or the dθ of more
/// batches), dθ is kept in an array as long as θ, and there are more passes. Norms are added up
/// from sums of squares within the blocks, in the order of the blocks. So every bit depends on the
/// batches and the recipe only. Allocates here and never again. One thread at a time.
template <std::floating_point T>
class ParameterUpdate {
 public:
  /// By `recipe`, which has no zeros that stand for something else. The others must outlive it.
  ParameterUpdate(const Network<T>& network, const Recipe& recipe, BatchGradient<T>& gradient,
                  Workers& workers);

  const Optimizer<T>& optimizer() const { return *optimizer_; }

  /// Forgets the batches that were added since the last move.
  void begin();

  /// Adds the gradient of a batch whose m samples the first `shards` shards have run, and which
  /// count `weight` together; θ is not moved before another batch is in, by `move`. Only where the
  /// recipe accumulates (asserted).
  void accumulate(Size shards, Size m, double weight);

  /// Moves θ, the slots and the average of `state` by the gradient of the m samples that the first
  /// `shards` shards have run and of those added before; their mean is that by what they count
  /// together. Returns Σ W² over all kernels before that; 0 without L2 regularization.
  double move(TrainingState<T>& state, double learning_rate, Size shards, Size m, double weight);

  /// Notes in `logs`, one a worker, what is done; none: nothing. They must outlive their use.
  void set_time_logs(std::span<TimeLog> logs) { logs_ = logs; }

  /// Whether it has an array for dθ.
  bool keeps_dtheta() const { return dtheta_.size() > 0; }

  /// Where every update notes its figures; null: nowhere, as at first. Must outlive its use.
  void set_statistics(ParameterStatistics<T>* statistics) { statistics_ = statistics; }

 private:
  struct Batch {
    Size shards;
    Size m;
    double weight;
  };

  template <class Body>
  void for_each_block(Body body);
  std::span<T> reduce(const Block& block, const Batch& batch, int worker);
  std::span<T> mean(std::size_t b, const Batch& batch, std::span<const T> theta, int worker);
  void move_kept(TrainingState<T>& state, const UpdateStep& step);
  void move_block(std::size_t b, const UpdateStep& step, std::span<const T> dtheta,
                  TrainingState<T>& state) const;
  void average_block(const Block& block, Size step, TrainingState<T>& state) const;
  UpdateStep own_step(const UpdateStep& step, const Block& block) const;
  double clip_factor() const;
  void find_trust_ratios(double weight_decay);
  bool is_single_pass() const { return clip_norm_ == 0 && !optimizer_->is_layerwise(); }
  TimeLog* time_log(int worker) const {
    return logs_.empty() ? nullptr : &logs_[static_cast<std::size_t>(worker)];
  }

  double l2_;
  double weight_decay_;
  double clip_norm_;
  double clip_value_;
  double ema_;
  BatchGradient<T>& gradient_;
  Workers& workers_;
  std::unique_ptr<Optimizer<T>> optimizer_;
  std::span<TimeLog> logs_;
  bool has_added_ = false;              // whether dtheta_ has the dθ of batches, ...
  double added_weight_ = 0;             // ... and what their samples count together
  AlignedBuffer<T> dtheta_;             // {theta_size()}, where there is more than one pass
  std::vector<double> penalties_;       // one a block: Σ W²
  std::vector<double> dtheta_squares_;  // one a block: Σ dθ²
  std::vector<double> theta_squares_;   // one a block: Σ θ²
  std::vector<double> trust_ratios_;    // one a parameter
  ParameterStatistics<T>* statistics_ = nullptr;
};

}  // namespace dtheta
