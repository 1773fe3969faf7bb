#include "dtheta/storage/onnx_layers.hpp"

namespace dtheta {

void append_onnx(OnnxLayers& layers, const FlattenOptions&) {
  layers.channels_last();
  set_attribute(layers.graph().append("Flatten", layers.name()), "axis", Size{1});
}

}  // namespace dtheta
