#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/json_text.hpp"
#include "dtheta/storage/keras_config.hpp"
#include "dtheta/storage/keras_layer.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta {
namespace {

constexpr std::string_view known_layers =
    "InputLayer, Rescaling, Conv2D, Dense, MaxPooling2D, AveragePooling2D, Flatten, Activation, "
    "ReLU, LeakyReLU, Softmax, Dropout";

/// Layers that do something in training only: predictions do without.
constexpr std::array<std::string_view, 5> training_only{
    "Dropout", "SpatialDropout2D", "AlphaDropout", "GaussianDropout", "GaussianNoise"};

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

LayerSpec relu(const KerasLayer& layer) {
  const auto* const most = layer.field("max_value");
  if (most != nullptr) layer.fail("max_value", *most, "null");
  if (layer.number("threshold", 0) != 0) layer.fail("threshold", *layer.field("threshold"), "0");
  const double slope = layer.number("negative_slope", 0);
  if (slope == 0) return ActivationOptions{.kind = Activation::relu};
  return ActivationOptions{.kind = Activation::leaky_relu, .slope = slope};
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
  if (name == "ReLU") return relu(layer);
  if (name == "LeakyReLU") return leaky_relu(layer);
  if (name == "Softmax") layer.fail("does not stand at the end, the only place for a softmax");
  layer.fail(
      fmt::format("is not supported; dtheta reads {}: build the model of those, train it and save "
                  "it again",
                  known_layers));
}

/// x·scale + offset as (x·scale − mean)/deviation. Each is one number or one for each of the
/// `channels`; where the scale is one a channel it becomes the deviation.
InputPreparation rescaling(const KerasLayer& layer, Size channels) {
  const std::vector<double> scales = layer.numbers("scale", 1);
  const std::vector<double> offsets = layer.numbers("offset", 0);
  const auto check = [&](const char* key, const std::vector<double>& numbers) {
    const bool is_good = numbers.size() == 1 || std::ssize(numbers) == channels;
    if (!is_good || !std::ranges::all_of(numbers, [](double n) { return std::isfinite(n); })) {
      layer.fail(key, *layer.field(key), fmt::format("1 or {} finite numbers", channels));
    }
  };
  check("scale", scales);
  check("offset", offsets);
  InputPreparation input{.scale = scales.size() == 1 ? scales.front() : 1};
  if (scales.size() == 1 && offsets == std::vector<double>{0}) return input;
  for (std::size_t c = 0; c < std::max(scales.size(), offsets.size()); ++c) {
    const double scale = scales.size() == 1 ? 1 : scales[c];
    if (!(1 / scale >= smallest_deviation && 1 / scale < 1 / smallest_deviation)) {
      layer.fail("scale", *layer.field("scale"), "numbers above 0");
    }
    input.mean.push_back(-offsets[c % offsets.size()] / scale);
    input.deviation.push_back(1 / scale);
  }
  return input;
}

/// Takes the output's activation out of the last layer: an Activation or Softmax layer leaves the
/// chain, the activation of a Dense layer becomes linear. `wanted` as for parse_keras_config.
std::string take_output_activation(std::vector<KerasLayer>& chain,
                                   std::optional<std::string_view> wanted) {
  KerasLayer& last = chain.back();
  const bool alone = last.class_name() == "Activation" || last.class_name() == "Softmax";
  std::string found = "linear";
  if (last.class_name() == "Softmax") {
    last.require("axis", -1);
    found = "softmax";
  } else if (alone || last.class_name() == "Dense") {
    found = last.word("activation", "linear");
  }
  const bool is_outputs = wanted ? *wanted != "linear" : found == "softmax" || found == "sigmoid";
  if (!is_outputs) return "linear";
  if (wanted && found != *wanted) {
    last.fail(fmt::format("ends the model with {}; wanted {} as its loss asks", printable(found),
                          *wanted));
  }
  if (alone) {
    chain.pop_back();
  } else {
    last.set("activation", "linear");
  }
  return found;
}

}  // namespace

KerasNetwork parse_keras_config(std::string_view text, std::optional<std::string_view> activation) {
  std::vector<KerasLayer> chain = keras_chain(parse_json(text));
  KerasNetwork network;
  std::erase_if(chain, [&](const KerasLayer& layer) {
    const bool is_left_out = std::ranges::count(training_only, layer.class_name()) != 0;
    if (is_left_out) {
      network.left_out.push_back(layer.class_name() + " '" + printable(layer.name()) + "'");
    }
    return is_left_out;
  });
  if (chain.empty()) throw DataError("has no layers but such as act in training only");
  network.activation = take_output_activation(chain, activation);
  std::optional<Shape> input;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    const KerasLayer& layer = chain[i];
    if (!input) input = layer.input_shape();
    if (!input) layer.fail("says no input shape, nor does a layer before it");
    if (layer.class_name() == "InputLayer") {
      if (i != 0) layer.fail("is not the first layer");
    } else if (layer.class_name() == "Rescaling") {
      if (!network.spec.layers.empty() || network.input) layer.fail("does not stand in front");
      network.input = rescaling(layer, input->extents().back());
    } else {
      append_layer(network.spec.layers, layer_spec(layer));
    }
    if (layer.class_name() == "Dense" || layer.class_name() == "Conv2D") {
      network.weighted.push_back(layer.name());
    }
  }
  if (network.spec.layers.empty()) throw DataError("has no layers but the output's activation");
  network.spec.input = *input;
  return network;
}

}  // namespace dtheta
