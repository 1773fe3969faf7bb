#include "dtheta/storage/onnx_layers.hpp"

namespace dtheta {

/// Predictions do without.
void append_onnx(OnnxLayers&, const DropoutOptions&) {}

void append_onnx(OnnxLayers& layers, const AddOptions& add) {
  const auto inputs = layers.join_inputs();
  layers.graph().append("Sum", layers.name(), std::span(inputs.names).subspan(1));
  append_onnx_activation(layers, add.activation, layers.name() + "_activation");
}

void append_onnx(OnnxLayers& layers, const ConcatenateOptions&) {
  const auto inputs = layers.join_inputs();
  const Size last = static_cast<Size>(layers.node().output.rank());
  set_attribute(layers.graph().append("Concat", layers.name(), std::span(inputs.names).subspan(1)),
                "axis", inputs.has_channels_in_front ? Size{1} : last);
}

}  // namespace dtheta
