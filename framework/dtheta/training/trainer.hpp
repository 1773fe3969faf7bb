/// Trainer: gradient descent over the shards of mini-batches.
#pragma once

#include <chrono>
#include <concepts>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "dtheta/core/workers.hpp"
#include "dtheta/data/augmentation.hpp"
#include "dtheta/data/batch_feed.hpp"
#include "dtheta/data/dataset.hpp"
#include "dtheta/losses/training_loss.hpp"
#include "dtheta/model/prepared_theta.hpp"
#include "dtheta/model/recipe.hpp"
#include "dtheta/model/training_state.hpp"
#include "dtheta/model/workspace.hpp"
#include "dtheta/optimizers/schedule.hpp"
#include "dtheta/training/batch_gradient.hpp"
#include "dtheta/training/metrics.hpp"
#include "dtheta/training/parameter_update.hpp"
#include "dtheta/training/shard.hpp"

namespace dtheta {

/// One step, before its update: the cost (4) of its batch with the weight penalty, and how many of
/// its samples were classified rightly.
struct StepReport {
  Size samples = 0;
  double cost = 0;
  Size correct = 0;
  double weight = 0;  ///< what its samples count together: their number, unless they have weights
};

/// One epoch: the means over its samples, each taken before its own step's update.
struct EpochReport {
  Size epoch = 0;  ///< from 1
  Size samples = 0;
  double loss = 0;
  double accuracy = 0;  ///< share of samples in [0, 1]; 0 for regression
  double seconds = 0;
  double samples_per_second() const { return static_cast<double>(samples) / seconds; }
};

/// What to call while fitting; any may be left empty. Called from the thread that called `fit`. An
/// exception of theirs ends it; the next call goes on with the step after.
struct Callbacks {
  /// After every step: the running epoch's sums so far (its loss and accuracy are means).
  std::function<void(const EpochReport& so_far)> step;
  /// After every epoch.
  std::function<void(const EpochReport&)> epoch;
};

/// Trains a model on a data set by a recipe. Same model, data and recipe: the same bits on any
/// number of workers. After the first step a step allocates nothing and takes no lock.
///
/// One thread at a time may call it. The data set and the workers must outlive it.
template <std::floating_point T>
class Trainer {
 public:
  /// Trains on the samples `samples` of `data`, in the recipe's order, from memory or streamed: the
  /// bits are the same. Zeros in the recipe (learning rate, shards, window, batch size),
  /// and a weight decay that is not named, are replaced by what they stand for; its augmentation
  /// is spelt anew. Throws UsageError when the recipe is out of range, asks for augmentation that
  /// the samples are not fit for, or for more samples in memory than there may be,
  /// DataError when data and model do not fit or `samples` is empty. The numbers in `samples` must
  /// be in range, and ascending where they are streamed (asserted).
  Trainer(Model<T> model, const Recipe& recipe, const Dataset& data, std::vector<Size> samples,
          Workers& workers);

  /// One batch, or as many as the recipe accumulates: shards forward and backward in parallel, then
  /// reduction and update of θ by the mean over all samples. Throws Diverged, naming epoch,
  /// step and what was the first not to be finite, when the batch's loss is not: θ is then as it
  /// was before the step. Throws Diverged, too, when θ is not finite after the last step of an
  /// epoch: the loss would tell only one step later, and there may be none. Throws as
  /// SampleReader::read when streamed samples cannot be read, before θ is touched.
  StepReport step();

  /// Goes on from where a training by the same recipe on the same samples was: every step to come
  /// has the bits that it would have had there. Takes all of the state but the network, which stays
  /// as it is. Throws DataError when they cannot be those of such a
  /// training.
  void resume(TrainingState<T> state);

  /// Takes what the validation samples gave after the epoch that has just ended, or what the
  /// training samples did where nothing is held out: early stopping, the best epoch, the target and
  /// the plateau schedule go by that. What an epoch is noted with first counts.
  void note_epoch(double loss, double accuracy);
  /// Whether something in the recipe depends on note_epoch.
  bool needs_notes() const;

  /// All epochs of the recipe have ended, or the last one reached the target, or was the last that
  /// early stopping bears.
  bool is_done() const;
  /// Whether the last epoch reached the recipe's target.
  bool is_target_reached() const;

  /// The rest of the running epoch.
  EpochReport epoch(const Callbacks& callbacks = {});

  /// The epochs that are left until is_done. One that no callback has noted is noted, where that
  /// decides something, with the figures of the training samples.
  void fit(const Callbacks& callbacks = {});

  /// The model after the last step.
  const Model<T>& model() const { return state_.model; }
  /// The model to validate: the same, or with the averages of θ where the recipe wants them.
  Model<T> averaged_model() const;
  /// What the training has led to: the averaged model, or that of the best epoch where the recipe
  /// keeps it.
  Model<T> result() const;
  const TrainingState<T>& state() const { return state_; }
  /// The running epoch so far; between epochs the one that has ended.
  EpochReport report() const;
  /// The recipe as it runs: no zeros that stand for something else.
  const Recipe& recipe() const { return recipe_; }
  Size steps_per_epoch() const;
  /// The learning rate of the next step.
  double learning_rate() const;

  /// From now on notes in `logs`, one for each of the workers, what they do in a step; none: notes
  /// nothing, as at first. The logs must outlive their use.
  void set_time_logs(std::span<TimeLog> logs);
  /// The runs of θ that steps update.
  std::span<const Block> blocks() const { return gradient_.blocks(); }
  /// From now on every step notes its figures in `statistics`, which is for these blocks; null:
  /// notes nothing, as at first. It must outlive its use.
  void set_statistics(ParameterStatistics<T>* statistics) { update_.set_statistics(statistics); }
  /// Bytes of all buffers: workspaces, shards' gradients, optimizer state, θ and other arrays.
  Size bytes() const;
  /// Arrays as long as θ besides θ, the optimizer's state and the shards' gradients: the average,
  /// the best θ and the dθ of several passes or batches, each where the recipe needs it.
  Size array_count() const;
  /// Bytes of the order of samples, and of the buffers that streamed ones are read into.
  Size feed_bytes() const { return feed_.bytes(); }

 private:
  void take_weights(const SampleBatch& batch);
  std::span<const double> weights_of(const ShardRange& range) const;
  void take_loss(Size shard, const ShardRange& range, Workspace<T>& workspace);
  using Clock = std::chrono::steady_clock;

  Size samples_per_step() const { return recipe_.batch_size * recipe_.accumulate; }
  bool is_noted() const;
  double run_batch(const SampleBatch& batch, Size shards, StepReport& report);
  void finish_step(const StepReport& report, Clock::time_point start);
  /// A step's parallel passes over the shards: 2·segments − 1 of them, because forward and backward
  /// of the last segment are one.
  void run_shards(Size shards, const SampleBatch& batch);
  void run_shard(std::size_t pass, Size shard, Size shards, const SampleBatch& batch, int worker);
  /// Adds up what the shards summed for the pass after this one, over the tree of tree_sum.
  void join_sums(std::size_t pass, Size shards);
  Workspace<T>& workspace(Size shard, int worker);
  void check_theta() const;
  /// What was the first not to be finite in a batch whose loss is not.
  std::string first_not_finite(const SampleBatch& batch, Size shards);
  void check_resumable(const TrainingState<T>& state) const;
  TimeLog* time_log(int worker) const {
    return time_logs_.empty() ? nullptr : &time_logs_[static_cast<std::size_t>(worker)];
  }

  Recipe recipe_;
  TrainingState<T> state_;
  const Dataset& data_;
  TrainingLoss<T> loss_;
  BatchFeed feed_;
  Augmentation<T> augmentation_;
  Workers& workers_;
  Schedule schedule_;
  PreparedTheta<T> theta_;
  BatchGradient<T> gradient_;
  std::vector<Workspace<T>> workspaces_;  // one a worker; with more than one segment, one a shard
  std::span<TimeLog> time_logs_;
  std::vector<ShardMetrics> metrics_;  // one a shard
  std::vector<double> weights_;        // the batch's own; none: the data has none
  ParameterUpdate<T> update_;
};

}  // namespace dtheta
