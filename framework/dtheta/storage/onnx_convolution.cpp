#include <algorithm>

#include "dtheta/storage/onnx_layers.hpp"

namespace dtheta {
namespace {

/// The kernel {height, width, channels, filters} in ONNX's order: {filters, channels, height,
/// width}.
std::vector<float> filters_first(View<const float> kernel) {
  const Size taps = kernel.dim(0) * kernel.dim(1);
  const Size channels = kernel.dim(2);
  const Size filters = kernel.dim(3);
  std::vector<float> numbers;
  numbers.reserve(static_cast<std::size_t>(kernel.size()));
  for (Size f = 0; f < filters; ++f) {
    for (Size c = 0; c < channels; ++c) {
      for (Size t = 0; t < taps; ++t) numbers.push_back(kernel[(t * channels + c) * filters + f]);
    }
  }
  return numbers;
}

}  // namespace

void set_onnx_window(onnx::NodeProto& node, const Windows& windows) {
  const WindowAxis& vertical = windows.vertical;
  const WindowAxis& horizontal = windows.horizontal;
  const auto after = [](const WindowAxis& axis) {
    const Size end = axis.origin(axis.output - 1) + axis.window;
    return std::max<Size>(0, end - axis.input);
  };
  set_attribute(node, "kernel_shape", {vertical.window, horizontal.window});
  set_attribute(node, "strides", {vertical.stride, horizontal.stride});
  set_attribute(node, "pads",
                {vertical.padding, horizontal.padding, after(vertical), after(horizontal)});
}

void append_onnx(OnnxLayers& layers, const Conv2dOptions& conv) {
  layers.channels_first();
  const View<const float> kernel = layers.parameter(0);
  const Shape shape{kernel.dim(3), kernel.dim(2), kernel.dim(0), kernel.dim(1)};
  const std::vector<std::string> theta{
      layers.graph().constant(layers.name() + "/kernel", shape, filters_first(kernel)),
      layers.constant(1)};
  set_onnx_window(layers.graph().append("Conv", layers.name(), theta),
                  slide(layers.node().input, conv.kernel, conv.stride, conv.padding));
  append_onnx_activation(layers, conv.activation, layers.name() + "_activation");
}

}  // namespace dtheta
