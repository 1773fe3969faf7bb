#include "dtheta/storage/keras_layers.hpp"

namespace dtheta {
namespace {

using Json = nlohmann::ordered_json;

/// The last axis, which pictures have as number 3; Keras 2 writes a list of one.
void require_last_axis(const KerasLayer& layer) {
  const Json* const axis = layer.field("axis");
  if (axis == nullptr || *axis == -1 || *axis == 3) return;
  if (*axis == Json::array({-1}) || *axis == Json::array({3})) return;
  layer.fail("axis", *axis, "-1, the last one");
}

std::vector<LayerSpec> read_layer_normalization(const KerasLayer& layer) {
  require_last_axis(layer);
  layer.require("center", true);
  layer.require("scale", true);
  layer.require("rms_scaling", false);
  constexpr double epsilon_of_keras = 1e-3;
  return {LayerNormalizationOptions{.epsilon = layer.number("epsilon", epsilon_of_keras)}};
}

}  // namespace

void write_keras(KerasLayerList& list, const LayerNormalizationOptions& normalization,
                 const std::string& name) {
  list.add("LayerNormalization", name,
           {{"axis", -1}, {"epsilon", normalization.epsilon}, {"center", true}, {"scale", true}});
}

std::vector<KerasClass> keras_normalization_classes() {
  return {{.name = "LayerNormalization", .read = read_layer_normalization, .has_weights = true}};
}

}  // namespace dtheta
