#include "dtheta/layers/add.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/activation.hpp"
#include "dtheta/layers/checks.hpp"
#include "dtheta/math/elementwise.hpp"

namespace dtheta {

template <std::floating_point T>
Add<T>::Add(const AddOptions& options) : options_(options) {
  check_activation(options.activation);
}

template <std::floating_point T>
Shape Add<T>::output_shape(std::span<const Shape> inputs) const {
  check_several(inputs);
  for (const Shape& input : inputs) {
    if (input == inputs[0]) continue;
    throw UsageError(fmt::format("found inputs of shape {} and {}; wanted one shape for all",
                                 inputs[0].text(), input.text()));
  }
  return inputs[0];
}

template <std::floating_point T>
void Add<T>::forward(const Forward<T>& pass) const {
  std::ranges::copy(pass.inputs[0].span(), pass.output.data());
  for (const View<const T>& x : pass.inputs.subspan(1)) add<T>(x.span(), pass.output.span());
  add_bias_and_activate(as_rows(pass.output), View<const T>(), options_.activation);
}

template <std::floating_point T>
void Add<T>::backward(const Backward<T>& pass) const {
  activation_backward(as_rows(pass.output), as_rows(pass.doutput), options_.activation);
  for (const View<T>& dx : pass.dinputs) {
    if (!dx.empty()) std::ranges::copy(pass.doutput.span(), dx.data());
  }
}

AddOptions CatalogEntry<AddOptions>::read(std::string_view, LayerWords& words) {
  return {.activation = take_activation(words)};
}

std::string CatalogEntry<AddOptions>::text(const AddOptions& options) {
  return "add" + activation_suffix(options.activation);
}

template class Add<float>;
template class Add<double>;

}  // namespace dtheta
