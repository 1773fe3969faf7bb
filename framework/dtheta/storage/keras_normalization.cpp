#include <cmath>

#include "dtheta/storage/keras_layers.hpp"

namespace dtheta {
namespace {

using Json = nlohmann::ordered_json;

/// The last axis, which pictures have as number 3, rows as 1; Keras 2 writes a list of one.
void require_last_axis(const KerasLayer& layer) {
  const std::optional<int> axis = keras_axis(layer);
  if (!axis || *axis == -1 || *axis == 3 || *axis == 1) return;
  layer.fail("axis", *layer.field("axis"), "-1, the last one");
}

std::vector<LayerSpec> read_layer_normalization(const KerasLayer& layer) {
  require_last_axis(layer);
  layer.require("center", true);
  layer.require("scale", true);
  layer.require("rms_scaling", false);
  constexpr double epsilon_of_keras = 1e-3;
  return {LayerNormalizationOptions{.epsilon = layer.number("epsilon", epsilon_of_keras)}};
}

/// Keras' momentum is the share of the old statistics, dtheta's (and PyTorch's) that of the new; to
/// 12 decimals, so that 0.99 is 0.01.
double other_share(double share) {
  constexpr double decimals = 1e12;
  return std::round((1 - share) * decimals) / decimals;
}

std::vector<LayerSpec> read_batch_normalization(const KerasLayer& layer) {
  require_last_axis(layer);
  layer.require("center", true);
  layer.require("scale", true);
  constexpr double momentum_of_keras = 0.99;
  constexpr double epsilon_of_keras = 1e-3;
  return {BatchNormalizationOptions{
      .momentum = other_share(layer.number("momentum", momentum_of_keras)),
      .epsilon = layer.number("epsilon", epsilon_of_keras)}};
}

}  // namespace

void write_keras(KerasLayerList& list, const LayerNormalizationOptions& normalization,
                 const std::string& name) {
  list.add("LayerNormalization", name,
           {{"axis", -1}, {"epsilon", normalization.epsilon}, {"center", true}, {"scale", true}});
}

void write_keras(KerasLayerList& list, const BatchNormalizationOptions& normalization,
                 const std::string& name) {
  list.add("BatchNormalization", name,
           {{"axis", Json::array({-1})},
            {"momentum", other_share(normalization.momentum)},
            {"epsilon", normalization.epsilon},
            {"center", true},
            {"scale", true}});
  write_keras_activation_layer(list, normalization.activation, name);
}

std::optional<int> keras_axis(const KerasLayer& layer) {
  const Json* axis = layer.field("axis");
  if (axis == nullptr) return std::nullopt;
  if (axis->is_array() && axis->size() == 1) axis = &axis->front();
  if (!axis->is_number_integer() || *axis < -1 || *axis > 4) {
    layer.fail("axis", *layer.field("axis"), "-1, the last one");
  }
  return axis->get<int>();
}

std::vector<KerasClass> keras_normalization_classes() {
  return {{.name = "LayerNormalization", .read = read_layer_normalization},
          {.name = "BatchNormalization", .read = read_batch_normalization}};
}

}  // namespace dtheta
