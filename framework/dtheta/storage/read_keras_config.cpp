#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>
#include <string>
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

/// Layers that do something in training only, and that dtheta has not: predictions do without.
constexpr std::array<std::string_view, 4> training_only{"SpatialDropout2D", "AlphaDropout",
                                                        "GaussianDropout", "GaussianNoise"};

/// The classes that are read, in the order of their names' list.
std::string known_layers(const std::vector<KerasClass>& classes) {
  std::string names = "InputLayer, Rescaling";
  for (const KerasClass& each : classes) names += fmt::format(", {}", each.name);
  for (const std::string_view name : training_only) names += fmt::format(", {}", name);
  return names;
}

/// Appends what `layer` is, reading `inputs`. An activation may only be fused into a layer that
/// nothing else reads.
void append_layers(const KerasLayer& layer, std::vector<std::size_t> inputs, bool can_fuse,
                   const std::vector<KerasClass>& classes, KerasNetwork& network) {
  const KerasClass* const found = find_keras_class(classes, layer.class_name());
  if (found == nullptr) {
    layer.fail(
        fmt::format("is not supported; dtheta reads {}: build the model of those, train it and "
                    "save it again",
                    known_layers(classes)));
  }
  std::vector<NodeSpec>& layers = network.spec.layers;
  const bool is_frozen = layer.field("trainable") != nullptr && *layer.field("trainable") == false;
  const bool is_of_rows =
      layer.field("axis") != nullptr && layer.class_name() != "Softmax" && keras_axis(layer) == 1;
  if (inputs == std::vector{layers.size()}) inputs.clear();
  for (LayerSpec& spec : found->read(layer)) {
    NodeSpec node(std::move(spec), std::exchange(inputs, {}));
    if (can_fuse) {
      append_layer(layers, std::move(node));
    } else {
      layers.push_back(std::move(node));
    }
    can_fuse = true;
    if (layers.size() == network.names.size()) continue;
    layers.back().is_frozen = is_frozen;
    if (is_of_rows) network.of_rows.push_back(layers.size() - 1);
    network.names.push_back(layer.name());
  }
}

bool is_written_by_dtheta(const nlohmann::ordered_json& model) {
  const auto* const config = json_member(model, "config");
  const auto* const name = config == nullptr ? nullptr : json_member(*config, "name");
  return name != nullptr && *name == "dtheta";
}

/// Gives the layers the names that they have in a file of dtheta's own, unless they have them.
void keep_names(KerasNetwork& network) {
  const std::vector<std::string> usual = names_of(network.spec.layers);
  for (std::size_t i = 0; i < usual.size(); ++i) {
    const std::string& name = network.names[i];
    if (name != usual[i] && is_layer_name(name)) network.spec.layers[i].name = name;
  }
  with_context("has layers of one name", [&] { names_of(network.spec.layers); });
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

bool is_training_only(const KerasLayer& layer) {
  return std::ranges::count(training_only, layer.class_name()) != 0;
}

/// Takes the output's activation out of the last layer: an Activation or Softmax layer leaves the
/// graph, the activation of a Dense layer becomes linear. `wanted` as for parse_keras_config.
std::string take_output_activation(std::vector<KerasNode>& graph,
                                   std::optional<std::string_view> wanted) {
  KerasLayer& last = graph.back().layer;
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
    graph.pop_back();
  } else {
    last.set("activation", "linear");
  }
  return found;
}

}  // namespace

KerasNetwork parse_keras_config(std::string_view text, std::optional<std::string_view> activation) {
  const nlohmann::ordered_json model = parse_json(text);
  std::vector<KerasNode> graph = keras_graph(model);
  KerasNetwork network;
  const auto leave_out = [&](const KerasLayer& layer) {
    network.left_out.push_back(layer.class_name() + " '" + printable(layer.name()) + "'");
  };
  while (!graph.empty() && is_training_only(graph.back().layer)) {
    leave_out(graph.back().layer);
    graph.pop_back();
  }
  if (graph.empty()) throw DataError("has no layers but such as act in training only");
  network.activation = take_output_activation(graph, activation);
  std::vector<std::size_t> readers(graph.size());
  for (const KerasNode& node : graph) {
    for (const std::size_t input : node.inputs) ++readers[input];
  }
  const std::vector<KerasClass> classes = keras_classes();
  std::vector<std::size_t> values;  // of each node, as NodeSpec::inputs counts
  std::optional<Shape> input;
  for (const auto& [layer, inputs] : graph) {
    if (!input) input = layer.input_shape();
    if (!input) layer.fail("says no input shape, nor does a layer before it");
    std::vector<std::size_t> reads;
    for (const std::size_t from : inputs) reads.push_back(values[from]);
    if (reads.empty()) reads.push_back(0);
    if (layer.class_name() == "InputLayer") {
      if (!values.empty()) layer.fail("is not the first layer");
    } else if (layer.class_name() == "Rescaling") {
      const bool is_in_front = reads.front() == 0 && network.spec.layers.empty();
      if (!is_in_front || network.input) layer.fail("does not stand in front");
      network.input = rescaling(layer, input->extents().back());
    } else if (is_training_only(layer)) {
      leave_out(layer);
      values.push_back(reads.front());
      continue;
    } else {
      const bool can_fuse = inputs.size() == 1 && readers[inputs.front()] == 1;
      append_layers(layer, std::move(reads), can_fuse, classes, network);
    }
    values.push_back(network.spec.layers.size());
  }
  if (network.spec.layers.empty()) throw DataError("has no layers but the output's activation");
  network.spec.input = *input;
  if (is_written_by_dtheta(model)) keep_names(network);
  return network;
}

}  // namespace dtheta
