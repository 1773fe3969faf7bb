#include "dtheta/storage/keras_layers.hpp"

namespace dtheta {
namespace {

std::vector<LayerSpec> read_dropout(const KerasLayer& layer) {
  if (layer.field("noise_shape") != nullptr) {
    layer.fail("noise_shape", *layer.field("noise_shape"), "null");
  }
  return {DropoutOptions{.rate = layer.number("rate", 0.5)}};
}

std::vector<LayerSpec> read_add(const KerasLayer&) { return {AddOptions{}}; }

std::vector<LayerSpec> read_concatenate(const KerasLayer& layer) {
  const std::optional<int> axis = keras_axis(layer);
  if (axis && *axis != -1 && *axis != 3 && *axis != 1) {
    layer.fail("axis", *layer.field("axis"), "-1, the last one");
  }
  return {ConcatenateOptions{}};
}

}  // namespace

void write_keras(KerasLayerList& list, const DropoutOptions& dropout, const std::string& name) {
  list.add("Dropout", name, {{"rate", dropout.rate}});
}

void write_keras(KerasLayerList& list, const AddOptions& add, const std::string& name) {
  list.add("Add", name, nlohmann::ordered_json::object());
  write_keras_activation_layer(list, add.activation, name);
}

void write_keras(KerasLayerList& list, const ConcatenateOptions&, const std::string& name) {
  list.add("Concatenate", name, {{"axis", -1}});
}

std::vector<KerasClass> keras_joining_classes() {
  return {{.name = "Dropout", .read = read_dropout},
          {.name = "Add", .read = read_add},
          {.name = "Concatenate", .read = read_concatenate}};
}

}  // namespace dtheta
