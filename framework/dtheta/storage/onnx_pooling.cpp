#include "dtheta/storage/onnx_layers.hpp"

namespace dtheta {

void append_onnx(OnnxLayers& layers, const PoolingOptions& pooling) {
  layers.channels_first();
  const bool is_max = pooling.kind == PoolingKind::max;
  set_onnx_window(layers.graph().append(is_max ? "MaxPool" : "AveragePool", layers.name()),
                  slide(layers.node().input, pooling.window, pooling.step(), pooling.padding));
}

}  // namespace dtheta
