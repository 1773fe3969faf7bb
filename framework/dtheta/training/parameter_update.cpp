#include "dtheta/training/parameter_update.hpp"

#include <algorithm>
#include <array>
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

}  // namespace

template <std::floating_point T>
ParameterUpdate<T>::ParameterUpdate(const Network<T>& network, const Recipe& recipe,
                                    BatchGradient<T>& gradient, Workers& workers)
    : l2_(recipe.l2),
      weight_decay_(recipe.weight_decay.value()),
      clip_norm_(recipe.clip_norm),
      gradient_(gradient),
      workers_(workers),
      optimizer_(make_optimizer<T>(recipe.optimizer)),
      dtheta_(clip_norm_ > 0 ? network.theta_size() : 0),
      penalties_(gradient.blocks().size()),
      squares_(gradient.blocks().size()) {}

template <std::floating_point T>
std::span<T> ParameterUpdate<T>::reduce(const Block& block, const Batch& batch, int worker) {
  TimeLog* const log = gradient_.is_deferred(block.node) ? time_log(worker) : nullptr;
  const Timed timer(log, Activity::layer_dtheta, static_cast<Size>(block.node));
  return gradient_.reduce(block, batch.shards, batch.m, worker);
}

/// The mean dθ of a block, with the weight penalty.
template <std::floating_point T>
std::span<T> ParameterUpdate<T>::gradient_of(std::size_t b, const Batch& batch,
                                             std::span<const T> theta, int worker) {
  const Block& block = gradient_.blocks()[b];
  const std::span<T> dtheta = reduce(block, batch, worker);
  scale<T>(static_cast<T>(1.0 / batch.weight), dtheta);
  penalties_[b] = 0;
  if (l2_ > 0 && block.is_penalized) {
    penalties_[b] = sum_of_squares<T>(theta);
    add_scaled<T>(static_cast<T>(l2_), theta, dtheta);
  }
  return dtheta;
}

template <std::floating_point T>
void ParameterUpdate<T>::move(const Block& block, const UpdateStep& step, std::span<const T> dtheta,
                              TrainingState<T>& state) const {
  std::array<std::span<T>, Optimizer<T>::max_slots> slots;
  for (std::size_t s = 0; s < state.slots.size(); ++s) slots[s] = part(state.slots[s], block);
  UpdateStep own = step;
  if (!block.is_penalized) own.weight_decay = 0;
  optimizer_->update(own, dtheta, part(state.model.theta, block),
                     std::span(slots).first(state.slots.size()));
}

/// What dθ is multiplied by, as torch.nn.utils.clip_grad_norm_ has it.
template <std::floating_point T>
double ParameterUpdate<T>::clip_factor() const {
  return std::min(1.0, clip_norm_ / (std::sqrt(sum(squares_)) + 1e-6));
}

template <std::floating_point T>
double ParameterUpdate<T>::run(TrainingState<T>& state, double learning_rate, Size shards, Size m,
                               double weight) {
  const UpdateStep step{
      .number = state.step + 1, .learning_rate = learning_rate, .weight_decay = weight_decay_};
  const std::span<const Block> blocks = gradient_.blocks();
  const auto count = static_cast<Size>(blocks.size());
  workers_.for_each(count, [&](Size index, int worker) {
    const Timed timer(time_log(worker), Activity::update, index);
    const auto b = static_cast<std::size_t>(index);
    const std::span<T> dtheta =
        gradient_of(b, {shards, m, weight}, part(state.model.theta, blocks[b]), worker);
    if (clip_norm_ == 0) return move(blocks[b], step, dtheta, state);
    squares_[b] = sum_of_squares<T>(dtheta);
    std::ranges::copy(dtheta, part(dtheta_, blocks[b]).begin());
  });
  if (clip_norm_ > 0) {
    const T factor = static_cast<T>(clip_factor());
    workers_.for_each(count, [&](Size index, int worker) {
      const Timed timer(time_log(worker), Activity::update, index);
      const Block& block = blocks[static_cast<std::size_t>(index)];
      const std::span<T> dtheta = part(dtheta_, block);
      if (factor != 1) scale<T>(factor, dtheta);
      move(block, step, dtheta, state);
    });
  }
  return sum(penalties_);
}

template class ParameterUpdate<float>;
template class ParameterUpdate<double>;

}  // namespace dtheta
