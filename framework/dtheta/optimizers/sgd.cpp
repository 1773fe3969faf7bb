#include "dtheta/optimizers/sgd.hpp"

#include "dtheta/math/elementwise.hpp"

namespace dtheta {

template <std::floating_point T>
void Sgd<T>::update(Size /*step*/, double learning_rate, std::span<const T> dtheta,
                    std::span<T> theta, std::span<const std::span<T>> /*slots*/) const {
  add_scaled(static_cast<T>(-learning_rate), dtheta, theta);
}

template class Sgd<float>;
template class Sgd<double>;

}  // namespace dtheta
