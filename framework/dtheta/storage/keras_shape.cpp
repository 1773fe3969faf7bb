#include "dtheta/storage/keras_layers.hpp"

namespace dtheta {
namespace {

std::vector<LayerSpec> read_flatten(const KerasLayer& layer) {
  layer.require("data_format", "channels_last");
  return {FlattenOptions{}};
}

}  // namespace

void write_keras(KerasLayerList& list, const FlattenOptions&, const std::string& name) {
  list.add("Flatten", name, {{"data_format", "channels_last"}});
}

std::vector<KerasClass> keras_shape_classes() {
  return {{.name = "Flatten", .read = read_flatten}};
}

}  // namespace dtheta
