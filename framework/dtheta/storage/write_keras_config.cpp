#include <variant>

#include "dtheta/storage/keras_config.hpp"

namespace dtheta {
namespace {

using Json = nlohmann::ordered_json;

Json pair(const Extent2d& extent) { return Json::array({extent.height, extent.width}); }

const char* padding_name(Padding padding) { return padding == Padding::same ? "same" : "valid"; }

/// The activation as a field of a dense or conv layer. Keras has none for leaky_relu with a slope.
std::string_view fused_name(const ActivationOptions& activation) {
  return activation_name(activation.kind == Activation::leaky_relu ? Activation::identity
                                                                   : activation.kind);
}

/// Appends layers to a Keras layer list.
class Builder {
 public:
  Builder(Json& layers, std::string_view dtype) : layers_(layers), dtype_(dtype) {}

  void add(std::string_view class_name, const std::string& name, Json fields) {
    Json config{{"name", name}, {"trainable", true}, {"dtype", dtype_}};
    config.update(fields);
    layers_.push_back({{"class_name", class_name}, {"config", std::move(config)}});
  }

  void add(const DenseOptions& dense, const std::string& name) {
    add("Dense", name,
        {{"units", dense.units}, {"activation", fused_name(dense.activation)}, {"use_bias", true}});
    add_leaky_relu(dense.activation, name + "_leaky_relu");
  }

  void add(const Conv2dOptions& conv, const std::string& name) {
    add("Conv2D", name,
        {{"filters", conv.filters},
         {"kernel_size", pair(conv.kernel)},
         {"strides", pair(conv.stride)},
         {"padding", padding_name(conv.padding)},
         {"data_format", "channels_last"},
         {"activation", fused_name(conv.activation)},
         {"use_bias", true}});
    add_leaky_relu(conv.activation, name + "_leaky_relu");
  }

  void add(const PoolingOptions& pooling, const std::string& name) {
    add(pooling.kind == PoolingKind::max ? "MaxPooling2D" : "AveragePooling2D", name,
        {{"pool_size", pair(pooling.window)},
         {"strides", pair(pooling.step())},
         {"padding", padding_name(pooling.padding)},
         {"data_format", "channels_last"}});
  }

  void add(const FlattenOptions&, const std::string& name) {
    add("Flatten", name, {{"data_format", "channels_last"}});
  }

  void add(const ActivationOptions& activation, const std::string& name) {
    if (activation.kind == Activation::leaky_relu) {
      add_leaky_relu(activation, name);
    } else {
      add("Activation", name, {{"activation", activation_name(activation.kind)}});
    }
  }

 private:
  void add_leaky_relu(const ActivationOptions& activation, const std::string& name) {
    if (activation.kind != Activation::leaky_relu) return;
    add("LeakyReLU", name, {{"alpha", activation.slope}});
  }

  Json& layers_;
  std::string dtype_;
};

}  // namespace

Json keras_config(const NetworkSpec& spec, std::span<const std::string> names,
                  std::string_view activation, std::string_view dtype) {
  Json batch_shape = Json::array({nullptr});
  for (const Size extent : spec.input.extents()) batch_shape.push_back(extent);
  Json layers = Json::array();
  layers.push_back({{"class_name", "InputLayer"},
                    {"config",
                     {{"batch_input_shape", batch_shape},
                      {"dtype", dtype},
                      {"sparse", false},
                      {"ragged", false},
                      {"name", "input"}}}});
  Builder builder(layers, dtype);
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    std::visit([&](const auto& layer) { builder.add(layer, names[i]); }, spec.layers[i]);
  }
  if (activation != "linear") builder.add("Activation", "output", {{"activation", activation}});
  return {{"class_name", "Sequential"}, {"config", {{"name", "dtheta"}, {"layers", layers}}}};
}

}  // namespace dtheta
