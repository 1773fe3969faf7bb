#include "dtheta/storage/keras_layers.hpp"

namespace dtheta {
namespace {

std::vector<LayerSpec> read_conv(const KerasLayer& layer) {
  layer.require("use_bias", true);
  layer.require("data_format", "channels_last");
  if (layer.field("kernel_size") == nullptr) layer.fail("has no kernel_size");
  return with_keras_activation(Conv2dOptions{.filters = layer.whole("filters"),
                                             .kernel = layer.extent("kernel_size", {}),
                                             .stride = layer.extent("strides", {1, 1}),
                                             .padding = layer.padding(),
                                             .dilation = layer.extent("dilation_rate", {1, 1}),
                                             .groups = layer.whole("groups", 1)},
                               layer);
}

std::vector<LayerSpec> read_depthwise(const KerasLayer& layer) {
  layer.require("use_bias", true);
  layer.require("data_format", "channels_last");
  if (layer.field("kernel_size") == nullptr) layer.fail("has no kernel_size");
  return with_keras_activation(
      DepthwiseConv2dOptions{.kernel = layer.extent("kernel_size", {}),
                             .multiplier = layer.whole("depth_multiplier", 1),
                             .stride = layer.extent("strides", {1, 1}),
                             .padding = layer.padding(),
                             .dilation = layer.extent("dilation_rate", {1, 1})},
      layer);
}

}  // namespace

void write_keras(KerasLayerList& list, const Conv2dOptions& conv, const std::string& name) {
  list.add("Conv2D", name,
           {{"filters", conv.filters},
            {"kernel_size", keras_pair(conv.kernel)},
            {"strides", keras_pair(conv.stride)},
            {"padding", keras_padding(conv.padding)},
            {"data_format", "channels_last"},
            {"dilation_rate", keras_pair(conv.dilation)},
            {"groups", conv.groups},
            {"activation", keras_activation_field(conv.activation)},
            {"use_bias", true}});
  write_keras_activation_behind(list, conv.activation, name);
}

void write_keras(KerasLayerList& list, const DepthwiseConv2dOptions& conv,
                 const std::string& name) {
  list.add("DepthwiseConv2D", name,
           {{"kernel_size", keras_pair(conv.kernel)},
            {"strides", keras_pair(conv.stride)},
            {"padding", keras_padding(conv.padding)},
            {"depth_multiplier", conv.multiplier},
            {"data_format", "channels_last"},
            {"dilation_rate", keras_pair(conv.dilation)},
            {"activation", keras_activation_field(conv.activation)},
            {"use_bias", true}});
  write_keras_activation_behind(list, conv.activation, name);
}

std::vector<KerasClass> keras_convolution_classes() {
  return {{.name = "Conv2D", .read = read_conv},
          {.name = "DepthwiseConv2D", .read = read_depthwise}};
}

}  // namespace dtheta
