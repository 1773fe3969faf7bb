#include "dtheta/training/parameter_update.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numeric>

#include "dtheta/math/elementwise.hpp"

namespace dtheta {
namespace {

template <class T>
std::span<T> part(AlignedBuffer<T>& buffer, const Block& block) {
  return buffer.span().subspan(static_cast<std::size_t>(block.first),
                               static_cast<std::size_t>(block.count));
}

double sum(std::span<const double> numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), 0.0);
}

/// The parts of every slot that belong to a block.
template <class T>
class SlotParts {
 public:
  SlotParts(TrainingState<T>& state, const Block& block) : count_(state.slots.size()) {
    for (std::size_t s = 0; s < count_; ++s) parts_[s] = part(state.slots[s], block);
  }
  std::span<const std::span<T>> span() const { return std::span(parts_).first(count_); }

 private:
  std::size_t count_;
  std::array<std::span<T>, Optimizer<T>::max_slots> parts_;
};

}  // namespace

template <std::floating_point T>
ParameterUpdate<T>::ParameterUpdate(const Network<T>& network, const Recipe& recipe,
                                    BatchGradient<T>& gradient, Workers& workers)
    : l2_(recipe.l2),
      weight_decay_(recipe.weight_decay.value()),
      clip_norm_(recipe.clip_norm),
      clip_value_(recipe.clip_value),
      ema_(recipe.ema),
      gradient_(gradient),
      workers_(workers),
      optimizer_(make_optimizer<T>(recipe.optimizer)),
      dtheta_(is_single_pass() && recipe.accumulate == 1 ? 0 : network.theta_size()),
      penalties_(gradient.blocks().size()),
      dtheta_squares_(gradient.blocks().size()),
      theta_squares_(gradient.blocks().size()),
      trust_ratios_(network.parameters().size()) {}

/// Calls body(b, worker) for every block, as tasks.
template <std::floating_point T>
template <class Body>
void ParameterUpdate<T>::for_each_block(Body body) {
  workers_.for_each(static_cast<Size>(gradient_.blocks().size()), [&](Size index, int worker) {
    const Timed timer(time_log(worker), Activity::update, index);
    body(static_cast<std::size_t>(index), worker);
  });
}

template <std::floating_point T>
std::span<T> ParameterUpdate<T>::reduce(const Block& block, const Batch& batch, int worker) {
  TimeLog* const log = gradient_.is_deferred(block.node) ? time_log(worker) : nullptr;
  const Timed timer(log, Activity::layer_dtheta, static_cast<Size>(block.node));
  return gradient_.reduce(block, batch.shards, batch.m, worker);
}

template <std::floating_point T>
void ParameterUpdate<T>::begin() {
  has_added_ = false;
  added_weight_ = 0;
}

template <std::floating_point T>
void ParameterUpdate<T>::accumulate(Size shards, Size m, double weight) {
  assert(dtheta_.size() > 0);
  for_each_block([&](std::size_t b, int worker) {
    const Block& block = gradient_.blocks()[b];
    const std::span<T> dtheta = reduce(block, {shards, m, weight}, worker);
    if (!has_added_) {
      std::ranges::copy(dtheta, part(dtheta_, block).begin());
    } else {
      add<T>(dtheta, part(dtheta_, block));
    }
  });
  has_added_ = true;
  added_weight_ += weight;
}

/// The mean dθ of a block over this batch and those added before, with the weight penalty, clipped
/// by value. Where batches were added it lies in dtheta_.
template <std::floating_point T>
std::span<T> ParameterUpdate<T>::mean(std::size_t b, const Batch& batch, std::span<const T> theta,
                                      int worker) {
  const Block& block = gradient_.blocks()[b];
  std::span<T> dtheta = reduce(block, batch, worker);
  if (has_added_) {
    add<T>(dtheta, part(dtheta_, block));
    dtheta = part(dtheta_, block);
  }
  const double weight = added_weight_ + batch.weight;
  // Samples that count nothing leave a gradient of zero.
  scale<T>(static_cast<T>(1.0 / (weight > 0 ? weight : 1)), dtheta);
  penalties_[b] = 0;
  if (l2_ > 0 && block.is_penalized) {
    penalties_[b] = sum_of_squares<T>(theta);
    add_scaled<T>(static_cast<T>(l2_), theta, dtheta);
  }
  if (clip_value_ > 0) clamp<T>(static_cast<T>(clip_value_), dtheta);
  return dtheta;
}

/// What dθ is multiplied by, as torch.nn.utils.clip_grad_norm_ has it.
template <std::floating_point T>
double ParameterUpdate<T>::clip_factor() const {
  if (clip_norm_ == 0) return 1;
  return std::min(1.0, clip_norm_ / (std::sqrt(sum(dtheta_squares_)) + 1e-6));
}

/// From the sums of squares of the blocks. Those of biases stay 1: they are not adapted.
template <std::floating_point T>
void ParameterUpdate<T>::find_trust_ratios(double weight_decay) {
  const std::span<const Block> blocks = gradient_.blocks();
  for (std::size_t b = 0; b < blocks.size();) {
    const std::size_t parameter = blocks[b].parameter;
    const bool is_adapted = blocks[b].is_penalized;
    double theta = 0, direction = 0;
    for (; b < blocks.size() && blocks[b].parameter == parameter; ++b) {
      theta += theta_squares_[b];
      direction += dtheta_squares_[b];
    }
    trust_ratios_[parameter] =
        is_adapted ? optimizer_->trust_ratio(std::sqrt(theta), std::sqrt(direction), weight_decay)
                   : 1;
  }
}

template <std::floating_point T>
UpdateStep ParameterUpdate<T>::own_step(const UpdateStep& step, const Block& block) const {
  UpdateStep own = step;
  if (!block.is_penalized) own.weight_decay = 0;
  return own;
}

template <std::floating_point T>
void ParameterUpdate<T>::average_block(const Block& block, Size step,
                                       TrainingState<T>& state) const {
  const std::span<const T> theta = part(state.model.theta, block);
  const std::span<T> average = part(state.average, block);
  if (step == 1) {  // nothing to average with: as torch.optim.swa_utils.AveragedModel
    std::ranges::copy(theta, average.begin());
    return;
  }
  scale<T>(static_cast<T>(ema_), average);
  add_scaled<T>(static_cast<T>(1 - ema_), theta, average);
}

template <std::floating_point T>
void ParameterUpdate<T>::move_block(std::size_t b, const UpdateStep& step,
                                    std::span<const T> dtheta, TrainingState<T>& state) const {
  const Block& block = gradient_.blocks()[b];
  const std::span<T> theta = part(state.model.theta, block);
  optimizer_->update(own_step(step, block), dtheta, theta, SlotParts<T>(state, block).span());
  if (ema_ > 0) average_block(block, step.number, state);
  if (statistics_ != nullptr) statistics_->note(b, theta, dtheta);
}

/// The passes after the first, over the dθ that is kept.
template <std::floating_point T>
void ParameterUpdate<T>::move_kept(TrainingState<T>& state, const UpdateStep& step) {
  const std::span<const Block> blocks = gradient_.blocks();
  const T factor = static_cast<T>(clip_factor());
  const auto clipped = [&](const Block& block) {
    const std::span<T> dtheta = part(dtheta_, block);
    if (factor != 1) scale<T>(factor, dtheta);
    return dtheta;
  };
  if (!optimizer_->is_layerwise()) {
    for_each_block([&](std::size_t b, int) { move_block(b, step, clipped(blocks[b]), state); });
    return;
  }
  for_each_block([&](std::size_t b, int) {
    const std::span<const T> theta = part(state.model.theta, blocks[b]);
    const std::span<T> dtheta = clipped(blocks[b]);
    optimizer_->direct(own_step(step, blocks[b]), theta, dtheta,
                       SlotParts<T>(state, blocks[b]).span());
    theta_squares_[b] = sum_of_squares<T>(theta);
    dtheta_squares_[b] = sum_of_squares<T>(dtheta);
  });
  find_trust_ratios(step.weight_decay);
  for_each_block([&](std::size_t b, int) {
    UpdateStep adapted = step;
    adapted.learning_rate *= trust_ratios_[blocks[b].parameter];
    move_block(b, adapted, part(dtheta_, blocks[b]), state);
  });
}

template <std::floating_point T>
double ParameterUpdate<T>::move(TrainingState<T>& state, double learning_rate, Size shards, Size m,
                                double weight) {
  const UpdateStep step{
      .number = state.step + 1, .learning_rate = learning_rate, .weight_decay = weight_decay_};
  for_each_block([&](std::size_t b, int worker) {
    const Block& block = gradient_.blocks()[b];
    const std::span<T> dtheta =
        mean(b, {shards, m, weight}, part(state.model.theta, block), worker);
    if (is_single_pass()) return move_block(b, step, dtheta, state);
    dtheta_squares_[b] = sum_of_squares<T>(dtheta);
    if (!has_added_) std::ranges::copy(dtheta, part(dtheta_, block).begin());
  });
  if (!is_single_pass()) move_kept(state, step);
  begin();
  return sum(penalties_);
}

template class ParameterUpdate<float>;
template class ParameterUpdate<double>;

}  // namespace dtheta
