#include "dtheta/storage/onnx_layers.hpp"

namespace dtheta {

void append_onnx(OnnxLayers& layers, const PoolingOptions& pooling) {
  layers.channels_first();
  const bool is_max = pooling.kind == PoolingKind::max;
  set_onnx_window(layers.graph().append(is_max ? "MaxPool" : "AveragePool", layers.name()),
                  slide(layers.node().inputs[0], pooling.window, pooling.step(), pooling.padding));
}

void append_onnx(OnnxLayers& layers, const GlobalPoolingOptions& pooling) {
  layers.channels_first();
  const bool is_max = pooling.kind == PoolingKind::max;
  layers.graph().append(is_max ? "GlobalMaxPool" : "GlobalAveragePool", layers.name());
  set_attribute(layers.graph().append("Flatten", layers.name() + "_flatten"), "axis", Size{1});
  layers.rows();
}

}  // namespace dtheta
