#include "dtheta/layers/layer_normalization.hpp"

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/checks.hpp"
#include "dtheta/math/layer_normalization.hpp"

namespace dtheta {

template <std::floating_point T>
LayerNormalization<T>::LayerNormalization(const LayerNormalizationOptions& options)
    : options_(options) {
  check_epsilon(options.epsilon);
}

template <std::floating_point T>
Shape LayerNormalization<T>::output_shape(std::span<const Shape> inputs) const {
  return inputs[0];
}

template <std::floating_point T>
std::vector<ParameterSpec> LayerNormalization<T>::parameters(std::span<const Shape> inputs) const {
  const Size k = inputs[0].extents().back();
  return {{.name = "gamma", .shape = {k}, .start = 1}, {.name = "beta", .shape = {k}, .start = 0}};
}

template <std::floating_point T>
Footprint LayerNormalization<T>::footprint(std::span<const Shape> inputs, Size batch) const {
  const Size rows = inputs[0].size() / inputs[0].extents().back();
  return {.record = 2 * rows * batch};
}

template <std::floating_point T>
void LayerNormalization<T>::forward(const Forward<T>& pass) const {
  layer_normalize(as_columns(pass.inputs[0]), pass.theta[0], pass.theta[1],
                  static_cast<T>(options_.epsilon), as_columns(pass.output), pass.record);
}

template <std::floating_point T>
void LayerNormalization<T>::backward(const Backward<T>& pass) const {
  const View<T> dx = pass.dinputs[0];
  const bool wants_dtheta = !pass.dtheta.empty();
  layer_normalize_backward(
      as_columns(pass.inputs[0]), pass.theta[0], View<const T>(as_columns(pass.doutput)),
      pass.record, wants_dtheta ? pass.dtheta[0] : View<T>(),
      wants_dtheta ? pass.dtheta[1] : View<T>(), dx.empty() ? dx : as_columns(dx));
}

LayerNormalizationOptions CatalogEntry<LayerNormalizationOptions>::read(std::string_view,
                                                                        LayerWords& words) {
  LayerNormalizationOptions options;
  if (!words.take_if("epsilon")) return options;
  const auto epsilon = take_number(words);
  if (!epsilon) words.refuse(words.peek(), "epsilon, a number above 0");
  options.epsilon = *epsilon;
  return options;
}

std::string CatalogEntry<LayerNormalizationOptions>::text(
    const LayerNormalizationOptions& options) {
  if (options.epsilon == LayerNormalizationOptions().epsilon) return "layernorm";
  return fmt::format("layernorm epsilon {}", options.epsilon);
}

template class LayerNormalization<float>;
template class LayerNormalization<double>;

}  // namespace dtheta
