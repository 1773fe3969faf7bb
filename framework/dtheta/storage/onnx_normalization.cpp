#include "dtheta/storage/onnx_layers.hpp"

namespace dtheta {

/// Operator set 13 has none; this is what later ones say it is.
void append_onnx(OnnxLayers& layers, const LayerNormalizationOptions& normalization) {
  layers.channels_last();
  OnnxGraph& graph = layers.graph();
  const std::string& name = layers.name();
  const auto append_mean = [&](const std::string& suffix) {
    set_attribute(graph.append("ReduceMean", name + suffix), "axes", std::vector<Size>{-1});
  };
  const auto append_with = [&](const char* type, const std::string& suffix,
                               const std::string& other) -> onnx::NodeProto& {
    return graph.append(type, name + suffix, std::span(&other, 1));
  };
  const std::string x = graph.end();
  append_mean("_mean");
  swap_inputs(append_with("Sub", "_centred", x));
  const std::string centred = graph.end();
  append_with("Mul", "_squares", centred);
  append_mean("_variance");
  append_with("Add", "_with_epsilon",
              graph.constant(name + "/epsilon", static_cast<float>(normalization.epsilon)));
  graph.append("Sqrt", name + "_deviation");
  swap_inputs(append_with("Div", "_normal", centred));
  append_with("Mul", "_scaled", layers.constant(0));
  append_with("Add", "", layers.constant(1));
}

}  // namespace dtheta
