#include <array>
#include <limits>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/json_text.hpp"
#include "dtheta/storage/keras_config.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_layers = 10'000;  // deeper than any; a network is planned in n² steps
constexpr std::string_view known_layers =
    "InputLayer, Rescaling, Conv2D, Dense, MaxPooling2D, AveragePooling2D, Flatten, Activation, "
    "LeakyReLU";

/// The member of that name; null when there is none or it is null, which Keras takes for the same.
const Json* member(const Json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string json_text(const Json& json) {
  return printable(json.dump(-1, ' ', false, Json::error_handler_t::replace));
}

/// One layer of the list, whose fields are asked for by name. Refers to the JSON.
class KerasLayer {
 public:
  KerasLayer(const Json& layer, std::size_t number) : number_(number) {
    const Json* const class_name = member(layer, "class_name");
    config_ = member(layer, "config");
    if (class_name == nullptr || !class_name->is_string() || config_ == nullptr) {
      throw DataError(
          fmt::format("layer {} has no class_name and config: {}", number, json_text(layer)));
    }
    class_name_ = class_name->get<std::string>();
    name_ = word("name", "");
  }

  const std::string& class_name() const { return class_name_; }
  const std::string& name() const { return name_; }
  const Json* field(const char* key) const { return member(*config_, key); }

  [[noreturn]] void fail(std::string_view what) const {
    throw DataError(fmt::format("layer {} ({} '{}') {}", number_, printable(class_name_),
                                printable(name_), what));
  }
  [[noreturn]] void fail(const char* key, const Json& found, std::string_view wanted) const {
    fail(fmt::format("has {} {}; wanted {}", key, json_text(found), wanted));
  }

  std::string word(const char* key, std::string_view otherwise) const {
    const Json* const found = field(key);
    if (found == nullptr) return std::string(otherwise);
    if (!found->is_string()) fail(key, *found, "a word");
    return found->get<std::string>();
  }

  Size whole(const char* key, const Json& found) const {
    constexpr std::uint64_t most = std::numeric_limits<std::int32_t>::max();
    if (!found.is_number_unsigned() || found.get<std::uint64_t>() < 1 ||
        found.get<std::uint64_t>() > most) {
      fail(key, found, "a whole number from 1 to 2^31 - 1");
    }
    return found.get<Size>();
  }
  Size whole(const char* key) const {
    const Json* const found = field(key);
    if (found == nullptr) fail(fmt::format("has no {}", key));
    return whole(key, *found);
  }

  double number(const char* key, double otherwise) const {
    const Json* const found = field(key);
    if (found == nullptr) return otherwise;
    if (!found->is_number()) fail(key, *found, "a number");
    return found->get<double>();
  }

  /// One number for both or a height and a width.
  Extent2d extent(const char* key, const Extent2d& otherwise) const {
    const Json* const found = field(key);
    if (found == nullptr) return otherwise;
    if (found->is_number()) return {whole(key, *found), whole(key, *found)};
    if (!found->is_array() || found->size() != 2) fail(key, *found, "a height and a width");
    return {whole(key, (*found)[0]), whole(key, (*found)[1])};
  }

  Padding padding() const {
    const std::string found = word("padding", "valid");
    if (found == "valid") return Padding::valid;
    if (found != "same") fail("padding", found, "valid or same");
    return Padding::same;
  }

  /// Fails unless the field is missing or has the one value that dtheta has too.
  void require(const char* key, const Json& only) const {
    const Json* const found = field(key);
    if (found != nullptr && *found != only) fail(key, *found, json_text(only));
  }

 private:
  std::size_t number_;
  const Json* config_ = nullptr;
  std::string class_name_;
  std::string name_;
};

ActivationOptions activation_of(const KerasLayer& layer) {
  const std::string name = layer.word("activation", "linear");
  for (const Activation kind :
       {Activation::identity, Activation::sigmoid, Activation::tanh, Activation::relu}) {
    if (activation_name(kind) == name) return {.kind = kind};
  }
  constexpr double slope_of_keras_3 = 0.2;
  if (name == "leaky_relu") return {.kind = Activation::leaky_relu, .slope = slope_of_keras_3};
  layer.fail("activation", name,
             "linear, sigmoid, tanh, relu or leaky_relu (softmax only at the end)");
}

LayerSpec dense(const KerasLayer& layer) {
  layer.require("use_bias", true);
  return DenseOptions{.units = layer.whole("units"), .activation = activation_of(layer)};
}

LayerSpec conv(const KerasLayer& layer) {
  layer.require("use_bias", true);
  layer.require("data_format", "channels_last");
  layer.require("groups", 1);
  if (layer.extent("dilation_rate", {1, 1}) != Extent2d{1, 1}) {
    layer.fail("dilation_rate", *layer.field("dilation_rate"), "1");
  }
  if (layer.field("kernel_size") == nullptr) layer.fail("has no kernel_size");
  return Conv2dOptions{.filters = layer.whole("filters"),
                       .kernel = layer.extent("kernel_size", {}),
                       .stride = layer.extent("strides", {1, 1}),
                       .padding = layer.padding(),
                       .activation = activation_of(layer)};
}

LayerSpec pooling(const KerasLayer& layer, PoolingKind kind) {
  layer.require("data_format", "channels_last");
  const Extent2d window = layer.extent("pool_size", {2, 2});
  return PoolingOptions{.kind = kind,
                        .window = window,
                        .stride = layer.extent("strides", window),
                        .padding = layer.padding()};
}

/// "alpha" in Keras 2, "negative_slope" in Keras 3.
LayerSpec leaky_relu(const KerasLayer& layer) {
  constexpr double slope_of_keras = 0.3;
  const double alpha = layer.number("alpha", slope_of_keras);
  return ActivationOptions{.kind = Activation::leaky_relu,
                           .slope = layer.number("negative_slope", alpha)};
}

LayerSpec layer_spec(const KerasLayer& layer) {
  const std::string& name = layer.class_name();
  if (name == "Dense") return dense(layer);
  if (name == "Conv2D") return conv(layer);
  if (name == "MaxPooling2D") return pooling(layer, PoolingKind::max);
  if (name == "AveragePooling2D") return pooling(layer, PoolingKind::average);
  if (name == "Flatten") {
    layer.require("data_format", "channels_last");
    return FlattenOptions{};
  }
  if (name == "Activation") return activation_of(layer);
  if (name == "LeakyReLU") return leaky_relu(layer);
  layer.fail(fmt::format("is not supported; dtheta reads {}", known_layers));
}

/// Of an InputLayer, or of a first layer without one.
std::optional<Shape> input_shape(const KerasLayer& layer) {
  const Json* shape = layer.field("batch_input_shape");      // Keras 2
  if (shape == nullptr) shape = layer.field("batch_shape");  // Keras 3
  if (shape == nullptr) return std::nullopt;
  if (!shape->is_array() || shape->size() < 2 || shape->size() > Shape::max_rank) {
    layer.fail("the input shape", *shape, "the batch and 1 to 4 extents");
  }
  std::vector<Size> extents;
  for (std::size_t axis = 1; axis < shape->size(); ++axis) {
    extents.push_back(layer.whole("the input shape", (*shape)[axis]));
  }
  return Shape(extents);
}

double rescaling(const KerasLayer& layer) {
  if (layer.number("offset", 0) != 0) layer.fail("offset", *layer.field("offset"), "0");
  return layer.number("scale", 1);
}

/// The layers of a Sequential model; in Keras 2.2 `config` itself was the list.
const Json& layer_list(const Json& model) {
  const Json* const class_name = member(model, "class_name");
  const Json* const config = member(model, "config");
  if (class_name == nullptr || config == nullptr) {
    throw DataError("has no class_name and config");
  }
  if (*class_name != "Sequential") {
    throw DataError(
        fmt::format("is a {} model; dtheta reads Sequential ones", json_text(*class_name)));
  }
  const Json* const layers = config->is_array() ? config : member(*config, "layers");
  if (layers == nullptr || !layers->is_array() || layers->empty()) {
    throw DataError("has no layers");
  }
  if (layers->size() > most_layers) {
    throw DataError(fmt::format("has {} layers; wanted at most {}",
                                with_separators(static_cast<Size>(layers->size())),
                                with_separators(static_cast<Size>(most_layers))));
  }
  return *layers;
}

/// Takes the output's activation out of the last layer: an Activation layer leaves the list, the
/// activation of a Dense layer becomes linear. `wanted` as for parse_keras_config.
std::string take_output_activation(Json& layers, std::optional<std::string_view> wanted) {
  const KerasLayer last(layers.back(), layers.size());
  const bool alone = last.class_name() == "Activation";
  std::string found = "linear";
  if (alone || last.class_name() == "Dense") found = last.word("activation", "linear");
  const bool is_outputs = wanted ? *wanted != "linear" : found == "softmax" || found == "sigmoid";
  if (!is_outputs) return "linear";
  if (wanted && found != *wanted) {
    last.fail(fmt::format("ends the model with {}; wanted {} as its loss asks", printable(found),
                          *wanted));
  }
  if (alone) {
    layers.erase(layers.size() - 1);
  } else {
    layers.back()["config"]["activation"] = "linear";
  }
  return found;
}

}  // namespace

KerasNetwork parse_keras_config(std::string_view text, std::optional<std::string_view> activation) {
  const Json model = parse_json(text);
  Json layers = layer_list(model);
  KerasNetwork network;
  network.activation = take_output_activation(layers, activation);
  std::optional<Shape> input;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const KerasLayer layer(layers[i], i + 1);
    if (!input) input = input_shape(layer);
    if (layer.class_name() == "InputLayer") {
      if (i != 0) layer.fail("is not the first layer");
    } else if (layer.class_name() == "Rescaling") {
      if (!network.spec.layers.empty() || network.scale) layer.fail("does not stand in front");
      network.scale = rescaling(layer);
    } else {
      append_layer(network.spec.layers, layer_spec(layer));
    }
    if (layer.class_name() == "Dense" || layer.class_name() == "Conv2D") {
      network.weighted.push_back(layer.name());
    }
    if (!input) layer.fail("says no input shape, nor does a layer before it");
  }
  if (network.spec.layers.empty()) throw DataError("has no layers but the output's activation");
  network.spec.input = *input;
  return network;
}

}  // namespace dtheta
