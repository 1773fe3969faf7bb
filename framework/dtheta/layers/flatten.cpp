#include "dtheta/layers/flatten.hpp"

#include <algorithm>

namespace dtheta {

template <std::floating_point T>
Flatten<T>::Flatten(const FlattenOptions&) {}

template <std::floating_point T>
Shape Flatten<T>::output_shape(std::span<const Shape> inputs) const {
  return {inputs[0].size()};
}

template <std::floating_point T>
void Flatten<T>::forward(const Forward<T>& pass) const {
  std::ranges::copy(pass.inputs[0].span(), pass.output.data());
}

template <std::floating_point T>
void Flatten<T>::backward(const Backward<T>& pass) const {
  if (!pass.dinputs[0].empty()) std::ranges::copy(pass.doutput.span(), pass.dinputs[0].data());
}

FlattenOptions CatalogEntry<FlattenOptions>::read(std::string_view, LayerWords&) { return {}; }

std::string CatalogEntry<FlattenOptions>::text(const FlattenOptions&) { return "flatten"; }

template class Flatten<float>;
template class Flatten<double>;

}  // namespace dtheta
