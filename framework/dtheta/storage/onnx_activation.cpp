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

}  // namespace dtheta
