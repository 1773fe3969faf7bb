#include "dtheta/optimizers/sgd.hpp"

#include "dtheta/math/elementwise.hpp"
#include "dtheta/optimizers/weight_decay.hpp"

namespace dtheta {

template <std::floating_point T>
void Sgd<T>::update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
                    std::span<const std::span<T>> /*slots*/) const {
  decay_weights(step, theta);
  add_scaled(static_cast<T>(-step.learning_rate), dtheta, theta);
}

template class Sgd<float>;
template class Sgd<double>;

}  // namespace dtheta
