#include "dtheta/storage/onnx_layers.hpp"

namespace dtheta {

void append_onnx_activation(OnnxLayers& layers, const ActivationOptions& activation,
                            const std::string& name) {
  OnnxGraph& graph = layers.graph();
  switch (activation.kind) {
    case Activation::identity:
      return;
    case Activation::sigmoid:
      graph.append("Sigmoid", name);
      return;
    case Activation::tanh:
      graph.append("Tanh", name);
      return;
    case Activation::relu:
      graph.append("Relu", name);
      return;
    case Activation::leaky_relu:
      set_attribute(graph.append("LeakyRelu", name), "alpha", static_cast<float>(activation.slope));
      return;
    case Activation::elu:
      set_attribute(graph.append("Elu", name), "alpha", static_cast<float>(activation.alpha));
      return;
    case Activation::softplus:
      graph.append("Softplus", name);
      return;
  }
}

void append_onnx(OnnxLayers& layers, const ActivationOptions& activation) {
  append_onnx_activation(layers, activation, layers.name());
}

void append_onnx(OnnxLayers& layers, const SoftmaxOptions&) {
  layers.channels_last();
  set_attribute(layers.graph().append("Softmax", layers.name()), "axis", Size{-1});
}

/// z·½(1 + erf(z/√2)) or z·σ(z).
void append_onnx(OnnxLayers& layers, const SelfGatedOptions& gated) {
  OnnxGraph& graph = layers.graph();
  const std::string& name = layers.name();
  const auto append_with = [&](const char* type, const std::string& suffix,
                               const std::string& other) {
    graph.append(type, name + suffix, std::span(&other, 1));
  };
  const std::string z = graph.end();
  if (gated.gate == SelfGate::silu) {
    graph.append("Sigmoid", name + "_gate");
    return append_with("Mul", "", z);
  }
  constexpr float inverse_root = 0.70710678118654752F;
  append_with("Mul", "_scaled", graph.constant(name + "/inverse_root", inverse_root));
  graph.append("Erf", name + "_erf");
  append_with("Add", "_shifted", graph.constant(name + "/one", 1));
  append_with("Mul", "_gated", z);
  append_with("Mul", "", graph.constant(name + "/half", 0.5F));
}

}  // namespace dtheta
