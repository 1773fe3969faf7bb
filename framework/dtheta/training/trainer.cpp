#include "dtheta/training/trainer.hpp"

#include <algorithm>
#include <cassert>
#include <chrono>
#include <cmath>
#include <optional>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/training/class_weights.hpp"
#include "dtheta/training/divergence.hpp"
#include "dtheta/training/evaluation.hpp"

namespace dtheta {
namespace {

/// Puts what they stand for in the place of the recipe's zeros.
template <std::floating_point T>
Recipe resolved(Recipe recipe, const Network<T>& network, const Dataset& data, Size samples) {
  check(recipe);
  recipe.augment = augmentation_list_text(parse_augmentation_list(recipe.augment));
  if (samples == 0) throw DataError("there is no sample to train on");
  if (network.trained_count() == 0) {
    throw UsageError("all layers of the network are frozen: nothing can be trained");
  }
  if (recipe.batch_size == 0 || recipe.batch_size > samples) recipe.batch_size = samples;
  if (recipe.shards == 0) recipe.shards = default_shards(network, recipe.batch_size);
  recipe.shards = std::min(recipe.shards, recipe.batch_size);
  if (recipe.shuffle_window == 0) {
    recipe.shuffle_window = default_window(data, samples, recipe.batch_size);
  }
  recipe.shuffle_window = std::min(recipe.shuffle_window, samples);
  if (recipe.learning_rate == 0) {
    recipe.learning_rate = default_learning_rate(recipe.optimizer.name);
  }
  recipe.optimizer = with_defaults(recipe.optimizer);
  if (!recipe.weight_decay) recipe.weight_decay = default_weight_decay(recipe.optimizer.name);
  return recipe;
}

void check_rates(const Schedule& schedule) {
  if (schedule.options.min_learning_rate > schedule.learning_rate) {
    throw UsageError(fmt::format("min-learning-rate is {}; wanted at most the learning rate, {}",
                                 schedule.options.min_learning_rate, schedule.learning_rate));
  }
  if (schedule.warmup_steps() < schedule.total_steps) return;
  throw UsageError(fmt::format("a warmup of {} leaves nothing of a training of {} steps",
                               interval_text(*schedule.options.warmup), schedule.total_steps));
}

}  // namespace

template <std::floating_point T>
Trainer<T>::Trainer(Model<T> model, const Recipe& recipe, const Dataset& data,
                    std::vector<Size> samples, Workers& workers)
    : recipe_(resolved(recipe, *model.network, data, static_cast<Size>(samples.size()))),
      state_{.model = std::move(model)},
      data_(data),
      loss_(state_.model.loss,
            {.label_smoothing = recipe_.label_smoothing,
             .class_weights = class_weights_of(recipe_.class_weights, data, samples)},
            state_.model.network->output_shape().size()),
      feed_(data, std::move(samples),
            {.seed = recipe_.seed,
             .window = recipe_.shuffle_window,
             .batch = recipe_.batch_size,
             .epochs = recipe_.epochs}),
      augmentation_(parse_augmentation_list(recipe_.augment), data, state_.model.input,
                    recipe_.seed, workers.threads()),
      workers_(workers),
      theta_(*state_.model.network, WorkspaceMode::training),
      gradient_(*state_.model.network, recipe_.batch_size, recipe_.shards, workers.threads()),
      metrics_(static_cast<std::size_t>(recipe_.shards)),
      weights_(data.weights().empty() ? 0 : static_cast<std::size_t>(recipe_.batch_size)),
      update_(*state_.model.network, recipe_, gradient_, workers) {
  check_fit(state_.model, data_);
  const Network<T>& network = *state_.model.network;
  schedule_ = {.options = recipe_.schedule,
               .learning_rate = recipe_.learning_rate,
               .total_steps = steps_per_epoch() * recipe_.epochs,
               .steps_per_epoch = steps_per_epoch()};
  check_rates(schedule_);
  const Size longest = shard_range(recipe_.batch_size, recipe_.shards, 0).count;
  const Size workspaces = network.segments() > 1 ? recipe_.shards : workers_.threads();
  for (Size w = 0; w < workspaces; ++w) {
    workspaces_.emplace_back(network, longest, WorkspaceMode::training, recipe_.batch_size);
  }
  for (std::size_t slot = 0; slot < update_.optimizer().slot_names().size(); ++slot) {
    state_.slots.emplace_back(network.theta_size());
  }
  if (recipe_.ema > 0) state_.average = state_.model.theta;
}

template <std::floating_point T>
Size Trainer<T>::steps_per_epoch() const {
  return (feed_.samples() + samples_per_step() - 1) / samples_per_step();
}

template <std::floating_point T>
void Trainer<T>::set_time_logs(std::span<TimeLog> logs) {
  assert(logs.empty() || std::ssize(logs) == workers_.threads());
  time_logs_ = logs;
  update_.set_time_logs(logs);
}

template <std::floating_point T>
Size Trainer<T>::array_count() const {
  return Size{recipe_.ema > 0} + Size{recipe_.keep_best} + Size{update_.keeps_dtheta()};
}

template <std::floating_point T>
Size Trainer<T>::bytes() const {
  Size total = theta_.bytes() + gradient_.bytes() + augmentation_.bytes();
  for (const auto& workspace : workspaces_) total += workspace.bytes();
  const Size arrays = 1 + static_cast<Size>(state_.slots.size()) + array_count();
  return total + arrays * state_.model.theta.size() * static_cast<Size>(sizeof(T));
}

template <std::floating_point T>
Workspace<T>& Trainer<T>::workspace(Size shard, int worker) {
  const bool is_shards_own = state_.model.network->segments() > 1;
  Workspace<T>& workspace = workspaces_[is_shards_own ? static_cast<std::size_t>(shard)
                                                      : static_cast<std::size_t>(worker)];
  workspace.set_time_log(time_log(worker));
  return workspace;
}

template <std::floating_point T>
void Trainer<T>::take_weights(const SampleBatch& batch) {
  if (weights_.empty()) return;
  std::ranges::transform(batch.samples, weights_.begin(), [&](Size sample) {
    return data_.weights()[static_cast<std::size_t>(sample)];
  });
}

template <std::floating_point T>
std::span<const double> Trainer<T>::weights_of(const ShardRange& range) const {
  if (weights_.empty()) return {};
  return std::span(weights_).subspan(static_cast<std::size_t>(range.first),
                                     static_cast<std::size_t>(range.count));
}

template <std::floating_point T>
void Trainer<T>::take_loss(Size shard, const ShardRange& range, Workspace<T>& workspace) {
  const View<const T> z = state_.model.network->logits(workspace, range.count);
  const View<T> y = workspace.y(range.count);
  ShardMetrics& metrics = metrics_[static_cast<std::size_t>(shard)];
  metrics.correct =
      data_.is_classification() ? count_correct<T>(z, y, loss_.plain().activation()) : Size{0};
  metrics.loss = loss_.forward_backward(z, y, weights_of(range), workspace.doutput(range.count));
}

template <std::floating_point T>
void Trainer<T>::run_shard(std::size_t pass, Size shard, Size shards, const SampleBatch& batch,
                           int worker) {
  const auto range = shard_range(batch.size(), shards, shard);
  const SampleBatch samples = batch.part(range.first, range.count);
  const Network<T>& network = *state_.model.network;
  Workspace<T>& workspace = this->workspace(shard, worker);
  const std::size_t last = network.segments() - 1;
  const TrainingPass<T> context{.seed = recipe_.seed,
                                .epoch = state_.epoch,
                                .samples = samples.keys.empty() ? samples.samples : samples.keys,
                                .first = range.first,
                                .batch = batch.size(),
                                .totals = last > 0 ? &workspaces_[0] : nullptr};
  const auto timed = [&](Activity activity, auto work) {
    const Timed timer(workspace.time_log(), activity, shard);
    return work();
  };
  if (pass == 0) {
    timed(Activity::gather, [&] {
      const View<T> x = workspace.x(range.count);
      const View<T> y = workspace.y(range.count);
      data_.gather(samples, state_.model.input, x, y);
      augmentation_.apply(state_.epoch, batch, range.first, x, y, worker);
    });
  }
  if (pass <= last) {
    timed(Activity::forward,
          [&] { network.forward_segment(pass, theta_, workspace, range.count, context); });
  }
  if (pass == last) {
    timed(Activity::loss, [&] { take_loss(shard, range, workspace); });
  }
  if (pass < last) return;
  const Timed timer(workspace.time_log(), Activity::backward, shard);
  if (pass == last) gradient_.clear(shard);
  network.backward_segment(2 * last - pass, theta_, workspace, range.count,
                           gradient_.part(shard, range.first), context);
}

template <std::floating_point T>
void Trainer<T>::run_shards(Size shards, const SampleBatch& batch) {
  const std::size_t passes = 2 * state_.model.network->segments() - 1;
  for (std::size_t pass = 0; pass < passes; ++pass) {
    workers_.for_each(
        shards, [&](Size shard, int worker) { run_shard(pass, shard, shards, batch, worker); });
    if (pass + 1 < passes) join_sums(pass, shards);
  }
}

template <std::floating_point T>
void Trainer<T>::join_sums(std::size_t pass, Size shards) {
  const auto boundaries = state_.model.network->boundaries();
  const auto count = static_cast<std::size_t>(shards);
  for (std::size_t step = 1; step < count; step *= 2) {
    for (std::size_t s = 0; s + step < count; s += 2 * step) {
      if (pass < boundaries.size()) {
        workspaces_[s].add_sums(workspaces_[s + step], boundaries[pass]);
      } else {
        workspaces_[s].add_dsums(workspaces_[s + step],
                                 boundaries[2 * boundaries.size() - 1 - pass]);
      }
    }
  }
}

template <std::floating_point T>
double Trainer<T>::learning_rate() const {
  const double rate = schedule_.at(state_.step + 1);
  if (state_.plateau.factor == 1) return rate;
  return std::max(rate * state_.plateau.factor, std::min(rate, recipe_.schedule.min_learning_rate));
}

/// Forward and backward of a batch, and its part in moving statistics; `report` is added to, with
/// the sum of the losses as its cost. Returns what the batch's samples count together.
template <std::floating_point T>
double Trainer<T>::run_batch(const SampleBatch& batch, Size shards, StepReport& report) {
  take_weights(batch);
  run_shards(shards, batch);
  WeightedLoss loss;
  for (const ShardMetrics& shard : std::span(metrics_).first(static_cast<std::size_t>(shards))) {
    loss.sum += shard.loss.sum;
    loss.weight += shard.loss.weight;
    report.correct += shard.correct;
  }
  report.samples += batch.size();
  report.cost += loss.sum;
  report.weight += loss.weight;
  if (!std::isfinite(report.cost)) {
    throw Diverged(fmt::format(
        "the loss is {} at step {} of epoch {}; the first not to be finite was {}; lower "
        "--learning-rate or check the data",
        not_finite_text(report.cost), state_.cursor / samples_per_step() + 1, state_.epoch + 1,
        first_not_finite(batch, shards)));
  }
  state_.model.network->update_statistics(workspaces_[0], batch.size(), state_.model.theta.span());
  return loss.weight;
}

template <std::floating_point T>
StepReport Trainer<T>::step() {
  const Clock::time_point start = Clock::now();
  theta_.bind(state_.model.theta.span());
  workers_.for_each(theta_.parts(), [&](Size part, int worker) {
    const Timed timer(time_log(worker), Activity::prepare, part);
    theta_.update_part(part);
  });

  StepReport report;
  double squares = 0;
  update_.begin();
  const Size end = std::min(state_.cursor + samples_per_step(), feed_.samples());
  for (Size cursor = state_.cursor; cursor < end;) {
    const SampleBatch batch = feed_.at(state_.epoch, cursor);
    const Size m = batch.size();
    const Size shards = std::min(recipe_.shards, m);
    const double weight = run_batch(batch, shards, report);
    cursor += m;
    if (cursor < end) {
      update_.accumulate(shards, m, weight);
    } else {
      squares = update_.move(state_, learning_rate(), shards, m, weight);
    }
  }
  report.cost = report.cost / (report.weight > 0 ? report.weight : 1) + recipe_.l2 / 2 * squares;
  finish_step(report, start);
  return report;
}

/// Moves on in the epoch.
template <std::floating_point T>
void Trainer<T>::finish_step(const StepReport& report, Clock::time_point start) {
  const Size m = report.samples;
  if (state_.cursor == 0) state_.sums = {};
  state_.sums.samples += m;
  state_.sums.weight += report.weight;
  state_.sums.cost += report.cost * report.weight;
  state_.sums.correct += report.correct;
  state_.sums.seconds += std::chrono::duration<double>(Clock::now() - start).count();
  ++state_.step;
  state_.cursor += m;
  if (state_.cursor == feed_.samples()) {
    state_.cursor = 0;
    ++state_.epoch;
    check_theta();
  }
}

template <std::floating_point T>
void Trainer<T>::check_theta() const {
  const auto bad = first_bad_parameter<T>(*state_.model.network, state_.model.theta.span());
  if (!bad) return;
  throw Diverged(fmt::format(
      "the weights are no longer finite at the end of epoch {}: {}; lower --learning-rate",
      state_.epoch, *bad));
}

template <std::floating_point T>
std::string Trainer<T>::first_not_finite(const SampleBatch& batch, Size shards) {
  const Network<T>& network = *state_.model.network;
  if (const auto bad = first_bad_parameter<T>(network, state_.model.theta.span())) return *bad;
  const std::size_t none = network.nodes().size() + 1;
  std::size_t first = none;
  for (Size shard = 0; shard < shards; ++shard) {
    if (std::isfinite(metrics_[static_cast<std::size_t>(shard)].loss.sum)) continue;
    workers_.for_each(1, [&](Size, int worker) {
      // Where workspaces are the workers', the shard's has gone to another: once more.
      if (network.segments() == 1) run_shard(0, shard, shards, batch, worker);
      const Size m = shard_range(batch.size(), shards, shard).count;
      const auto bad = first_bad_output(network, workspace(shard, worker), m);
      first = std::min(first, bad.value_or(none));
    });
  }
  if (first == none) return "the loss itself";
  return first == 0 ? "the input" : "the output of " + network.nodes()[first - 1].name;
}

template <std::floating_point T>
void Trainer<T>::check_resumable(const TrainingState<T>& state) const {
  const Size theta_size = state_.model.theta.size();
  const Size best_size = recipe_.keep_best && state.best ? theta_size : 0;
  const bool fits =
      state.model.theta.size() == theta_size && state.slots.size() == state_.slots.size() &&
      std::ranges::all_of(
          state.slots, [&](const AlignedBuffer<T>& slot) { return slot.size() == theta_size; }) &&
      state.average.size() == state_.average.size() && state.best_theta.size() == best_size &&
      (state.best || !state.last);
  if (!fits) throw DataError("the state to resume from is that of another network or optimizer");
  const Size samples = feed_.samples();
  const bool is_position =
      state.epoch >= 0 && state.epoch <= recipe_.epochs && state.cursor >= 0 &&
      state.cursor < samples && state.cursor % samples_per_step() == 0 &&
      (state.cursor == 0 || state.epoch < recipe_.epochs) &&
      state.step == state.epoch * steps_per_epoch() + state.cursor / samples_per_step();
  if (is_position) return;
  throw DataError(fmt::format(
      "the state to resume from stands at step {}, after {} epochs and {} samples; {} epochs of {} "
      "samples in steps of {} have no such place",
      state.step, state.epoch, state.cursor, recipe_.epochs, samples, samples_per_step()));
}

template <std::floating_point T>
void Trainer<T>::resume(TrainingState<T> state) {
  check_resumable(state);
  state_.model.theta = std::move(state.model.theta);
  state_.slots = std::move(state.slots);
  state_.step = state.step;
  state_.epoch = state.epoch;
  state_.cursor = state.cursor;
  state_.sums = state.sums;
  state_.average = std::move(state.average);
  state_.plateau = state.plateau;
  state_.last = state.last;
  state_.best = state.best;
  state_.best_theta = std::move(state.best_theta);
}

template <std::floating_point T>
void Trainer<T>::note_epoch(double loss, double accuracy) {
  if (is_noted()) return;
  state_.last = {.epoch = state_.epoch, .loss = loss, .accuracy = accuracy};
  if (recipe_.schedule.name == "plateau") state_.plateau.note(recipe_.schedule, loss);
  if (state_.best && !std::isnan(state_.best->loss) && !(loss < state_.best->loss)) return;
  state_.best = state_.last;
  if (recipe_.keep_best) {
    state_.best_theta = averaged_model().theta;
  }
}

template <std::floating_point T>
bool Trainer<T>::is_noted() const {
  return state_.last && state_.last->epoch == state_.epoch;
}

template <std::floating_point T>
bool Trainer<T>::needs_notes() const {
  return recipe_.early_stopping > 0 || recipe_.keep_best || recipe_.target ||
         recipe_.schedule.name == "plateau";
}

template <std::floating_point T>
bool Trainer<T>::is_target_reached() const {
  return recipe_.target && is_noted() &&
         recipe_.target->is_reached(state_.last->loss, state_.last->accuracy);
}

template <std::floating_point T>
bool Trainer<T>::is_done() const {
  if (state_.epoch >= recipe_.epochs) return true;
  if (state_.cursor != 0 || !is_noted()) return false;
  const bool is_patience_over =
      recipe_.early_stopping > 0 && state_.epoch - state_.best->epoch >= recipe_.early_stopping;
  return is_patience_over || is_target_reached();
}

template <std::floating_point T>
Model<T> Trainer<T>::averaged_model() const {
  Model<T> model = state_.model;
  if (recipe_.ema == 0) return model;
  const auto parameters = model.network->parameters();
  for (std::size_t p = 0; p < parameters.size(); ++p) {
    if (!parameters[p].is_trained) continue;  // such as statistics, which are averages already
    std::ranges::copy(model.network->parameter(state_.average.span(), p).span(),
                      model.network->parameter(model.theta.span(), p).data());
  }
  return model;
}

template <std::floating_point T>
Model<T> Trainer<T>::result() const {
  if (state_.best_theta.size() == 0) return averaged_model();
  Model<T> model = state_.model;
  model.theta = state_.best_theta;
  return model;
}

template <std::floating_point T>
EpochReport Trainer<T>::report() const {
  const auto samples = static_cast<double>(state_.sums.samples);
  const double weight = state_.sums.weight;
  return {.epoch = state_.cursor == 0 ? state_.epoch : state_.epoch + 1,
          .samples = state_.sums.samples,
          .loss = weight > 0 ? state_.sums.cost / weight : 0,
          .accuracy = static_cast<double>(state_.sums.correct) / samples,
          .seconds = state_.sums.seconds};
}

template <std::floating_point T>
EpochReport Trainer<T>::epoch(const Callbacks& callbacks) {
  do {
    step();
    if (callbacks.step) callbacks.step(report());
  } while (state_.cursor != 0);
  if (callbacks.epoch) callbacks.epoch(report());
  return report();
}

template <std::floating_point T>
void Trainer<T>::fit(const Callbacks& callbacks) {
  const auto note = [&] {
    const bool is_between = state_.cursor == 0 && state_.epoch > 0;
    if (is_between && needs_notes()) note_epoch(report().loss, report().accuracy);
  };
  for (note(); !is_done(); note()) epoch(callbacks);
}

template class Trainer<float>;
template class Trainer<double>;

}  // namespace dtheta
