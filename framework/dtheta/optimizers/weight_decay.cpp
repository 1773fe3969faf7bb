#include "dtheta/optimizers/weight_decay.hpp"

#include "dtheta/math/elementwise.hpp"

namespace dtheta {

template <std::floating_point T>
void decay_weights(const UpdateStep& step, std::span<T> theta) {
  if (step.weight_decay == 0) return;
  scale(static_cast<T>(1 - step.learning_rate * step.weight_decay), theta);
}

template void decay_weights(const UpdateStep&, std::span<float>);
template void decay_weights(const UpdateStep&, std::span<double>);

}  // namespace dtheta
