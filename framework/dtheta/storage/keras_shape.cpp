#include <array>
#include <cstdint>

#include "dtheta/storage/keras_layers.hpp"

namespace dtheta {
namespace {

using Json = nlohmann::ordered_json;

std::vector<LayerSpec> read_flatten(const KerasLayer& layer) {
  layer.require("data_format", "channels_last");
  return {FlattenOptions{}};
}

std::vector<LayerSpec> read_reshape(const KerasLayer& layer) {
  return {ReshapeOptions{.shape = layer.extents("target_shape")}};
}

/// One number, [height, width] or [[above, below], [left, right]].
std::vector<LayerSpec> read_zero_padding(const KerasLayer& layer) {
  layer.require("data_format", "channels_last");
  const Json* const padding = layer.field("padding");
  if (padding == nullptr) return {ZeroPaddingOptions{}};
  const auto count = [&](const Json& number) {
    constexpr std::uint64_t most = 1 << 16;
    if (!number.is_number_unsigned() || number.get<std::uint64_t>() > most) {
      layer.fail("padding", *padding, "whole numbers from 0");
    }
    return number.get<Size>();
  };
  const auto both = [&](const Json& side) {
    const bool is_pair = side.is_array() && side.size() == 2;
    return is_pair ? std::array{count(side[0]), count(side[1])}
                   : std::array{count(side), count(side)};
  };
  const bool has_sides = padding->is_array() && padding->size() == 2;
  const auto vertical = both(has_sides ? (*padding)[0] : *padding);
  const auto horizontal = both(has_sides ? (*padding)[1] : *padding);
  return {ZeroPaddingOptions{.before = {vertical[0], horizontal[0]},
                             .after = {vertical[1], horizontal[1]}}};
}

std::vector<LayerSpec> read_upsampling(const KerasLayer& layer) {
  layer.require("data_format", "channels_last");
  layer.require("interpolation", "nearest");
  return {UpsamplingOptions{.factor = layer.extent("size", {2, 2})}};
}

}  // namespace

void write_keras(KerasLayerList& list, const FlattenOptions&, const std::string& name) {
  list.add("Flatten", name, {{"data_format", "channels_last"}});
}

void write_keras(KerasLayerList& list, const ReshapeOptions& reshape, const std::string& name) {
  Json shape = Json::array();
  for (const Size extent : reshape.shape.extents()) shape.push_back(extent);
  list.add("Reshape", name, {{"target_shape", shape}});
}

void write_keras(KerasLayerList& list, const ZeroPaddingOptions& border, const std::string& name) {
  const Json vertical{border.before.height, border.after.height};
  const Json horizontal{border.before.width, border.after.width};
  list.add("ZeroPadding2D", name,
           {{"padding", Json::array({vertical, horizontal})}, {"data_format", "channels_last"}});
}

void write_keras(KerasLayerList& list, const UpsamplingOptions& upsampling,
                 const std::string& name) {
  list.add("UpSampling2D", name,
           {{"size", keras_pair(upsampling.factor)},
            {"data_format", "channels_last"},
            {"interpolation", "nearest"}});
}

std::vector<KerasClass> keras_shape_classes() {
  return {{.name = "Flatten", .read = read_flatten},
          {.name = "Reshape", .read = read_reshape},
          {.name = "ZeroPadding2D", .read = read_zero_padding},
          {.name = "UpSampling2D", .read = read_upsampling}};
}

}  // namespace dtheta
