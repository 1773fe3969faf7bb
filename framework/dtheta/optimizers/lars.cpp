#include "dtheta/optimizers/lars.hpp"

#include <cassert>

#include "dtheta/math/elementwise.hpp"
#include "dtheta/optimizers/checks.hpp"

namespace dtheta {

template <std::floating_point T>
Lars<T>::Lars(const OptimizerOptions& options)
    : momentum_(static_cast<T>(options.momentum)), trust_coefficient_(options.trust_coefficient) {
  check_decay<T>("momentum", options.momentum);
  check_positive<T>("trust-coefficient", trust_coefficient_);
}

template <std::floating_point T>
double Lars<T>::trust_ratio(double theta_norm, double direction_norm, double weight_decay) const {
  if (theta_norm == 0 || direction_norm == 0) return 1;
  return trust_coefficient_ * theta_norm / (direction_norm + weight_decay * theta_norm);
}

template <std::floating_point T>
void Lars<T>::update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
                     std::span<const std::span<T>> slots) const {
  assert(dtheta.size() == theta.size() && slots.size() == 1);
  const std::span<T> velocity = slots[0];
  scale(momentum_, velocity);
  add_scaled(static_cast<T>(step.learning_rate), dtheta, velocity);
  if (step.weight_decay > 0) {
    add_scaled<T>(static_cast<T>(step.learning_rate * step.weight_decay), theta, velocity);
  }
  add_scaled<T>(T{-1}, velocity, theta);
}

template class Lars<float>;
template class Lars<double>;

}  // namespace dtheta
