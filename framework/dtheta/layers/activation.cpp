#include "dtheta/layers/activation.hpp"

#include <algorithm>

#include "dtheta/layers/checks.hpp"

namespace dtheta {
namespace {

/// {m, k...} → {m, k}, what the vector kernels take.
template <class T>
View<T> as_rows(View<T> numbers) {
  const Size m = numbers.dim(0);
  return numbers.reshaped({m, numbers.shape().sample().size()});
}

}  // namespace

template <std::floating_point T>
ActivationLayer<T>::ActivationLayer(const ActivationOptions& options) : options_(options) {
  check_activation(options);
}

template <std::floating_point T>
Shape ActivationLayer<T>::output_shape(std::span<const Shape> inputs) const {
  return inputs[0];
}

template <std::floating_point T>
void ActivationLayer<T>::forward(const Forward<T>& pass) const {
  std::ranges::copy(pass.inputs[0].span(), pass.output.data());
  add_bias_and_activate(as_rows(pass.output), View<const T>(), options_);
}

template <std::floating_point T>
void ActivationLayer<T>::backward(const Backward<T>& pass) const {
  if (pass.dinputs[0].empty()) return;
  std::ranges::copy(pass.doutput.span(), pass.dinputs[0].data());
  activation_backward(as_rows(pass.output), as_rows(pass.dinputs[0]), options_);
}

template class ActivationLayer<float>;
template class ActivationLayer<double>;

}  // namespace dtheta
