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
    const Size end = axis.origin(axis.output - 1) + axis.reach();
    return std::max<Size>(0, end - axis.input);
  };
  set_attribute(node, "kernel_shape", {vertical.window, horizontal.window});
  set_attribute(node, "strides", {vertical.stride, horizontal.stride});
  set_attribute(node, "pads",
                {vertical.padding, horizontal.padding, after(vertical), after(horizontal)});
}

namespace {

/// Conv with a kernel {filters, channels of a group, height, width}, and the layer's bias.
void append_conv(OnnxLayers& layers, const Shape& shape, std::span<const float> kernel,
                 const Windows& windows, Size groups, const ActivationOptions& activation) {
  layers.channels_first();
  const std::string& name = layers.name();
  const std::vector<std::string> theta{layers.graph().constant(name + "/kernel", shape, kernel),
                                       layers.constant(1)};
  onnx::NodeProto& node = layers.graph().append("Conv", name, theta);
  set_onnx_window(node, windows);
  set_attribute(node, "dilations", {windows.vertical.dilation, windows.horizontal.dilation});
  set_attribute(node, "group", groups);
  append_onnx_activation(layers, activation, name + "_activation");
}

}  // namespace

void append_onnx(OnnxLayers& layers, const Conv2dOptions& conv) {
  const View<const float> kernel = layers.parameter(0);
  const Shape shape{kernel.dim(3), kernel.dim(2), kernel.dim(0), kernel.dim(1)};
  append_conv(layers, shape, filters_first(kernel),
              slide(layers.node().inputs[0], conv.kernel, conv.stride, conv.padding, conv.dilation),
              conv.groups, conv.activation);
}

/// The filters are those of all channels in order, each of one channel.
void append_onnx(OnnxLayers& layers, const DepthwiseConv2dOptions& conv) {
  const View<const float> kernel = layers.parameter(0);
  const Size filters = kernel.dim(2) * kernel.dim(3);
  const View<const float> of_one_channel =
      kernel.reshaped({kernel.dim(0), kernel.dim(1), 1, filters});
  const Shape shape{filters, 1, kernel.dim(0), kernel.dim(1)};
  append_conv(layers, shape, filters_first(of_one_channel),
              slide(layers.node().inputs[0], conv.kernel, conv.stride, conv.padding, conv.dilation),
              kernel.dim(2), conv.activation);
}

}  // namespace dtheta
