#include "dtheta/layers/reshape.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"

namespace dtheta {

template <std::floating_point T>
Reshape<T>::Reshape(const ReshapeOptions& options) : options_(options) {
  const Shape& shape = options.shape;
  if (shape.rank() < 1 || shape.rank() >= Shape::max_rank || shape.size() < 1) {
    throw UsageError(fmt::format("the shape is {}; wanted 1 to {} positive extents", shape.text(),
                                 Shape::max_rank - 1));
  }
}

template <std::floating_point T>
Shape Reshape<T>::output_shape(std::span<const Shape> inputs) const {
  if (inputs[0].size() == options_.shape.size()) return options_.shape;
  throw UsageError(fmt::format("found samples of shape {}, {} numbers; wanted the {} of {}",
                               inputs[0].text(), inputs[0].size(), options_.shape.size(),
                               options_.shape.text()));
}

template <std::floating_point T>
void Reshape<T>::forward(const Forward<T>& pass) const {
  std::ranges::copy(pass.inputs[0].span(), pass.output.data());
}

template <std::floating_point T>
void Reshape<T>::backward(const Backward<T>& pass) const {
  if (!pass.dinputs[0].empty()) std::ranges::copy(pass.doutput.span(), pass.dinputs[0].data());
}

ReshapeOptions CatalogEntry<ReshapeOptions>::read(std::string_view, LayerWords& words) {
  return {.shape = take_shape(words)};
}

std::string CatalogEntry<ReshapeOptions>::text(const ReshapeOptions& options) {
  return "reshape " + options.shape.text();
}

template class Reshape<float>;
template class Reshape<double>;

}  // namespace dtheta
