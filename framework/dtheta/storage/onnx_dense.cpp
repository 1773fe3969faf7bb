#include "dtheta/storage/onnx_layers.hpp"

namespace dtheta {

void append_onnx(OnnxLayers& layers, const DenseOptions& dense) {
  const std::vector<std::string> theta{layers.constant(0), layers.constant(1)};
  layers.graph().append("Gemm", layers.name(), theta);
  append_onnx_activation(layers, dense.activation, layers.name() + "_activation");
}

}  // namespace dtheta
