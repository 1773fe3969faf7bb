#include <cmath>

#include "dtheta/storage/onnx_layers.hpp"

namespace dtheta {
namespace {

/// What inference is for samples that are no pictures: x ⊙ scale + offset over the last axis.
void append_affine(OnnxLayers& layers, const BatchNormalizationOptions& normalization) {
  const Shape shape = layers.parameter(0).shape();
  std::vector<float> scale;
  std::vector<float> offset;
  for (Size c = 0; c < shape.size(); ++c) {
    const double deviation =
        std::sqrt(static_cast<double>(layers.parameter(3)[c]) + normalization.epsilon);
    const double slope = static_cast<double>(layers.parameter(0)[c]) / deviation;
    const double mean = static_cast<double>(layers.parameter(2)[c]);
    scale.push_back(static_cast<float>(slope));
    offset.push_back(
        static_cast<float>(static_cast<double>(layers.parameter(1)[c]) - mean * slope));
  }
  OnnxGraph& graph = layers.graph();
  const std::string slope = graph.constant(layers.name() + "/scale", shape, scale);
  graph.append("Mul", layers.name() + "_scaled", std::span(&slope, 1));
  const std::string moved = graph.constant(layers.name() + "/offset", shape, offset);
  graph.append("Add", layers.name(), std::span(&moved, 1));
}

}  // namespace

void append_onnx(OnnxLayers& layers, const BatchNormalizationOptions& normalization) {
  if (layers.node().output.rank() == 3) {
    layers.channels_first();
    std::vector<std::string> theta;
    for (std::size_t p = 0; p < 4; ++p) theta.push_back(layers.constant(p));
    set_attribute(layers.graph().append("BatchNormalization", layers.name(), theta), "epsilon",
                  static_cast<float>(normalization.epsilon));
  } else {
    append_affine(layers, normalization);
  }
  append_onnx_activation(layers, normalization.activation, layers.name() + "_activation");
}

}  // namespace dtheta
