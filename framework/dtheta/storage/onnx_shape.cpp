#include "dtheta/storage/onnx_layers.hpp"

namespace dtheta {

void append_onnx(OnnxLayers& layers, const FlattenOptions&) {
  layers.channels_last();
  set_attribute(layers.graph().append("Flatten", layers.name()), "axis", Size{1});
}

void append_onnx(OnnxLayers& layers, const ReshapeOptions& reshape) {
  layers.channels_last();
  std::vector<Size> extents{0};  // as many samples as there are
  for (const Size extent : reshape.shape.extents()) extents.push_back(extent);
  const std::vector<std::string> shape{layers.graph().constant(layers.name() + "/shape", extents)};
  layers.graph().append("Reshape", layers.name(), shape);
}

void append_onnx(OnnxLayers& layers, const ZeroPaddingOptions& border) {
  layers.channels_first();
  const std::vector<Size> pads{0, 0, border.before.height, border.before.width,
                               0, 0, border.after.height,  border.after.width};
  const std::vector<std::string> settings{layers.graph().constant(layers.name() + "/pads", pads)};
  layers.graph().append("Pad", layers.name(), settings);
}

void append_onnx(OnnxLayers& layers, const UpsamplingOptions& upsampling) {
  layers.channels_first();
  const std::vector<float> scales{1, 1, static_cast<float>(upsampling.factor.height),
                                  static_cast<float>(upsampling.factor.width)};
  const std::vector<std::string> settings{
      "", layers.graph().constant(layers.name() + "/scales", {4}, scales)};  // no region
  onnx::NodeProto& node = layers.graph().append("Resize", layers.name(), settings);
  set_attribute(node, "mode", "nearest");
  set_attribute(node, "nearest_mode", "floor");
  set_attribute(node, "coordinate_transformation_mode", "asymmetric");
}

}  // namespace dtheta
