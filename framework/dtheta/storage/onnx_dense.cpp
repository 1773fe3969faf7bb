#include "dtheta/storage/onnx_layers.hpp"

namespace dtheta {

void append_onnx(OnnxLayers& layers, const DenseOptions& dense) {
  const std::vector<std::string> theta{layers.constant(0), layers.constant(1)};
  layers.graph().append("Gemm", layers.name(), theta);
  append_onnx_activation(layers, dense.activation, layers.name() + "_activation");
}

void append_onnx(OnnxLayers& layers, const EmbeddingOptions&) {
  OnnxGraph& graph = layers.graph();
  graph.append("Round", layers.name() + "_round");
  set_attribute(graph.append("Cast", layers.name() + "_number"), "to",
                Size{onnx::TensorProto::INT64});
  const std::vector<std::string> table{layers.constant(0)};
  swap_inputs(graph.append("Gather", layers.name(), table));
}

}  // namespace dtheta
