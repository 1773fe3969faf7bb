#include "dtheta/layers/activation.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dtheta/layers/checks.hpp"

namespace dtheta {
namespace {

constexpr std::array activations{Activation::identity, Activation::sigmoid,    Activation::tanh,
                                 Activation::relu,     Activation::leaky_relu, Activation::elu,
                                 Activation::softplus};

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

ActivationOptions CatalogEntry<ActivationOptions>::read(std::string_view name, LayerWords& words) {
  ActivationOptions options{.kind = *std::ranges::find(activations, name, activation_name)};
  if (options.kind == Activation::leaky_relu) {
    options.slope = take_number(words).value_or(options.slope);
  } else if (options.kind == Activation::elu) {
    options.alpha = take_number(words).value_or(options.alpha);
  }
  return options;
}

std::string CatalogEntry<ActivationOptions>::text(const ActivationOptions& options) {
  std::string text(activation_name(options.kind));
  if (options.kind == Activation::leaky_relu) text += fmt::format(" {}", options.slope);
  if (options.kind == Activation::elu && options.alpha != 1) {
    text += fmt::format(" {}", options.alpha);
  }
  return text;
}

ActivationOptions take_activation(LayerWords& words) {
  using Entry = CatalogEntry<ActivationOptions>;
  if (std::ranges::count(Entry::names, words.peek()) == 0) return {};
  const std::string_view name = words.take();
  return Entry::read(name, words);
}

std::string activation_suffix(const ActivationOptions& options) {
  if (options.kind == Activation::identity) return {};
  return " " + CatalogEntry<ActivationOptions>::text(options);
}

template class ActivationLayer<float>;
template class ActivationLayer<double>;

}  // namespace dtheta
