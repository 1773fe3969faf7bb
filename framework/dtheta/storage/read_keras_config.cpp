#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/json_text.hpp"
#include "dtheta/storage/keras_config.hpp"
#include "dtheta/storage/keras_layer.hpp"
#include "dtheta/storage/keras_layers.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta {
namespace {

/// Layers that do something in training only: predictions do without.
constexpr std::array<std::string_view, 5> training_only{
    "Dropout", "SpatialDropout2D", "AlphaDropout", "GaussianDropout", "GaussianNoise"};

/// The classes that are read, in the order of their names' list.
std::string known_layers(const std::vector<KerasClass>& classes) {
  std::string names = "InputLayer, Rescaling";
  for (const KerasClass& each : classes) names += fmt::format(", {}", each.name);
  for (const std::string_view name : training_only) names += fmt::format(", {}", name);
  return names;
}

/// Appends what `layer` is; its name to `weighted` where it has weights.
void append_layers(const KerasLayer& layer, const std::vector<KerasClass>& classes,
                   KerasNetwork& network) {
  const KerasClass* const found = find_keras_class(classes, layer.class_name());
  if (found == nullptr) {
    layer.fail(
        fmt::format("is not supported; dtheta reads {}: build the model of those, train it and "
                    "save it again",
                    known_layers(classes)));
  }
  for (LayerSpec& spec : found->read(layer)) append_layer(network.spec.layers, std::move(spec));
  if (found->has_weights) network.weighted.push_back(layer.name());
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
  const std::vector<KerasClass> classes = keras_classes();
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
      append_layers(layer, classes, network);
    }
  }
  if (network.spec.layers.empty()) throw DataError("has no layers but the output's activation");
  network.spec.input = *input;
  return network;
}

}  // namespace dtheta
