#include "dtheta/layers/self_gated.hpp"

namespace dtheta {

template <std::floating_point T>
SelfGated<T>::SelfGated(const SelfGatedOptions& options) : options_(options) {}

template <std::floating_point T>
Shape SelfGated<T>::output_shape(std::span<const Shape> inputs) const {
  return inputs[0];
}

template <std::floating_point T>
void SelfGated<T>::forward(const Forward<T>& pass) const {
  self_gate<T>(pass.inputs[0].span(), options_.gate, pass.output.span());
}

template <std::floating_point T>
void SelfGated<T>::backward(const Backward<T>& pass) const {
  if (pass.dinputs[0].empty()) return;
  self_gate_backward<T>(pass.inputs[0].span(), options_.gate, pass.doutput.span(),
                        pass.dinputs[0].span());
}

SelfGatedOptions CatalogEntry<SelfGatedOptions>::read(std::string_view name, LayerWords&) {
  return {.gate = name == "gelu" ? SelfGate::gelu : SelfGate::silu};
}

std::string CatalogEntry<SelfGatedOptions>::text(const SelfGatedOptions& options) {
  return std::string(self_gate_name(options.gate));
}

template class SelfGated<float>;
template class SelfGated<double>;

}  // namespace dtheta
