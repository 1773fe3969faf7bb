#include "dtheta/storage/keras_layers.hpp"

namespace dtheta {
namespace {

std::vector<LayerSpec> read_pooling(const KerasLayer& layer, PoolingKind kind) {
  layer.require("data_format", "channels_last");
  const Extent2d window = layer.extent("pool_size", {2, 2});
  return {PoolingOptions{.kind = kind,
                         .window = window,
                         .stride = layer.extent("strides", window),
                         .padding = layer.padding()}};
}

std::vector<LayerSpec> read_max(const KerasLayer& layer) {
  return read_pooling(layer, PoolingKind::max);
}
std::vector<LayerSpec> read_average(const KerasLayer& layer) {
  return read_pooling(layer, PoolingKind::average);
}

std::vector<LayerSpec> read_global(const KerasLayer& layer, PoolingKind kind) {
  layer.require("data_format", "channels_last");
  layer.require("keepdims", false);
  return {GlobalPoolingOptions{.kind = kind}};
}

std::vector<LayerSpec> read_global_max(const KerasLayer& layer) {
  return read_global(layer, PoolingKind::max);
}
std::vector<LayerSpec> read_global_average(const KerasLayer& layer) {
  return read_global(layer, PoolingKind::average);
}

}  // namespace

void write_keras(KerasLayerList& list, const PoolingOptions& pooling, const std::string& name) {
  list.add(pooling.kind == PoolingKind::max ? "MaxPooling2D" : "AveragePooling2D", name,
           {{"pool_size", keras_pair(pooling.window)},
            {"strides", keras_pair(pooling.step())},
            {"padding", keras_padding(pooling.padding)},
            {"data_format", "channels_last"}});
}

void write_keras(KerasLayerList& list, const GlobalPoolingOptions& pooling,
                 const std::string& name) {
  list.add(pooling.kind == PoolingKind::max ? "GlobalMaxPooling2D" : "GlobalAveragePooling2D", name,
           {{"data_format", "channels_last"}, {"keepdims", false}});
}

std::vector<KerasClass> keras_pooling_classes() {
  return {{.name = "MaxPooling2D", .read = read_max},
          {.name = "AveragePooling2D", .read = read_average},
          {.name = "GlobalMaxPooling2D", .read = read_global_max},
          {.name = "GlobalAveragePooling2D", .read = read_global_average}};
}

}  // namespace dtheta
