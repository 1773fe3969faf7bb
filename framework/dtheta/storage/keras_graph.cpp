#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/storage/keras_layer.hpp"
#include "dtheta/storage/messages.hpp"

namespace dtheta {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t most_layers = 10'000;  // deeper than any; a network is planned in n² steps

/// What a layer of a functional model is called with.
struct Call {
  std::vector<std::string> inputs;  ///< the layers they come from
  bool is_training = false;         ///< training=True
};

/// The name in a reference to an output: ["dense", 0, 0], to which Keras 2 adds the arguments.
/// Nothing for anything else, or for another output than a layer's first.
std::optional<std::string> referred_layer(const Json& reference) {
  const bool is_one = reference.is_array() && reference.size() >= 3 && reference[0].is_string() &&
                      reference[1] == 0 && reference[2] == 0;
  return is_one ? std::optional(reference[0].get<std::string>()) : std::nullopt;
}

/// Whether arguments by name, null for none, ask for the training's behaviour.
bool asks_for_training(const Json* arguments) {
  const Json* const training = arguments == nullptr ? nullptr : json_member(*arguments, "training");
  return training != nullptr && *training != false;
}

/// Collects the tensors in the arguments of a Keras 3 call, however deep in lists: its depth is
/// that of the JSON, which is limited.
void add_tensors(const KerasLayer& layer, const Json& argument, Call& call) {
  if (argument.is_array()) {
    for (const Json& each : argument) add_tensors(layer, each, call);
    return;
  }
  const Json* const class_name = json_member(argument, "class_name");
  if (class_name == nullptr || *class_name != "__keras_tensor__") return;
  const Json* const config = json_member(argument, "config");
  const Json* const history = config == nullptr ? nullptr : json_member(*config, "keras_history");
  const auto name = history == nullptr ? std::nullopt : referred_layer(*history);
  if (!name) layer.fail("an input", argument, "the output of a layer");
  call.inputs.push_back(*name);
}

/// {"args": [tensor, ...], "kwargs": {...}}
Call call_of_keras_3(const KerasLayer& layer, const Json& node) {
  Call call;
  const Json* const arguments = json_member(node, "args");
  const Json* const named = json_member(node, "kwargs");
  if (arguments != nullptr) add_tensors(layer, *arguments, call);
  if (named != nullptr) {
    for (const Json& argument : *named) add_tensors(layer, argument, call);
  }
  call.is_training = asks_for_training(named);
  return call;
}

/// [["dense", 0, 0, {...}], ...], for some operators ["dense", 0, 0, {...}]
Call call_of_keras_2(const KerasLayer& layer, const Json& node) {
  Call call;
  for (const Json& reference : referred_layer(node) ? Json::array({node}) : node) {
    const auto name = referred_layer(reference);
    if (!name) layer.fail("an input", reference, "the output of a layer");
    call.inputs.push_back(*name);
    call.is_training =
        call.is_training || (reference.size() > 3 && asks_for_training(&reference[3]));
  }
  return call;
}

/// The layers that the layer's inputs come from; of an InputLayer none.
std::vector<std::string> inputs_of(const KerasLayer& layer, const Json& json) {
  const Json* const nodes = json_member(json, "inbound_nodes");
  const std::size_t calls = nodes == nullptr || !nodes->is_array() ? 0 : nodes->size();
  if (layer.class_name() == "InputLayer" && calls == 0) return {};
  if (calls != 1) layer.fail(fmt::format("is called {} times; wanted once", calls));
  const Json& node = nodes->front();
  const Call call = node.is_array() ? call_of_keras_2(layer, node) : call_of_keras_3(layer, node);
  if (call.inputs.empty()) layer.fail("is called with no layer's output");
  if (call.is_training) layer.fail("is called with training=True, which dtheta does not have");
  return call.inputs;
}

/// The layer that is the model's one input or output: ["dense", 0, 0], or a list of one such.
std::string end_of(const Json& config, const char* key) {
  const Json* const ends = json_member(config, key);
  if (ends == nullptr || !ends->is_array() || ends->empty()) {
    throw DataError(fmt::format("has no {}", key));
  }
  const auto name = referred_layer(ends->front().is_array() ? ends->front() : *ends);
  if (!name || (ends->front().is_array() && ends->size() != 1)) {
    throw DataError(
        fmt::format("has {} {}; wanted one: dtheta's networks have one input and one "
                    "output",
                    key, printable_json(*ends)));
  }
  return *name;
}

/// The list of layers in `config`; in Keras 2.2 `config` itself was the list.
const Json& layer_list(const Json& config) {
  const Json* const layers = config.is_array() ? &config : json_member(config, "layers");
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

/// Puts every layer's inputs, by name, into places in the list.
std::vector<KerasNode> connected(std::vector<KerasLayer> layers, const Json& list) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const bool is_new = places.emplace(layers[i].name(), i).second;
    if (!is_new) layers[i].fail("has a name for the second time");
  }
  std::vector<KerasNode> nodes;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    std::vector<std::size_t> inputs;
    for (const std::string& name : inputs_of(layers[i], list[i])) {
      const auto place = places.find(name);
      if (place == places.end()) {
        throw DataError(fmt::format("has no layer '{}', which is referred to", printable(name)));
      }
      inputs.push_back(place->second);
    }
    nodes.push_back({std::move(layers[i]), std::move(inputs)});
  }
  return nodes;
}

/// The nodes, each after those it reads, else in the order in which they are.
std::vector<KerasNode> sorted(const std::vector<KerasNode>& nodes) {
  constexpr std::size_t nowhere = most_layers;
  std::vector<std::size_t> place(nodes.size(), nowhere);
  std::vector<KerasNode> result;
  for (bool is_progress = true; is_progress && result.size() < nodes.size();) {
    is_progress = false;
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      const auto is_placed = [&](std::size_t input) { return place[input] != nowhere; };
      if (is_placed(i) || !std::ranges::all_of(nodes[i].inputs, is_placed)) continue;
      place[i] = result.size();
      result.push_back(nodes[i]);
      for (std::size_t& input : result.back().inputs) input = place[input];
      is_progress = true;
    }
  }
  if (result.size() == nodes.size()) return result;
  const auto unplaced = std::ranges::find(place, nowhere);
  nodes[static_cast<std::size_t>(unplaced - place.begin())].layer.fail("is its own input");
}

/// Checks that all nodes lead from the model's input to its output, which is last then.
void check_ends(const Json& config, const std::vector<KerasNode>& nodes) {
  const std::string input = end_of(config, "input_layers");
  const std::string output = end_of(config, "output_layers");
  std::vector<bool> is_read(nodes.size());
  for (const KerasNode& node : nodes) {
    for (const std::size_t from : node.inputs) is_read[from] = true;
    if (node.inputs.empty() && node.layer.name() != input) {
      node.layer.fail("is an input beside the model's; wanted one input");
    }
  }
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const bool is_output = nodes[i].layer.name() == output;
    if (is_output && is_read[i]) nodes[i].layer.fail("is the output, but read by another layer");
    if (!is_output && !is_read[i]) {
      nodes[i].layer.fail("is not on the way from the input to the output");
    }
  }
}

std::vector<KerasNode> functional_graph(const Json& config, std::vector<KerasLayer> layers,
                                        const Json& list) {
  for (const char* const key : {"input_layers", "output_layers"}) {
    const std::string name = end_of(config, key);
    if (std::ranges::count(layers, name, &KerasLayer::name) > 0) continue;
    throw DataError(fmt::format("has no layer '{}', which is referred to", printable(name)));
  }
  std::vector<KerasNode> nodes = sorted(connected(std::move(layers), list));
  check_ends(config, nodes);
  return nodes;
}

std::vector<KerasNode> chain(std::vector<KerasLayer> layers) {
  std::vector<KerasNode> nodes;
  for (KerasLayer& layer : layers) {
    const std::size_t number = nodes.size();
    nodes.push_back({std::move(layer), number == 0 ? std::vector<std::size_t>()
                                                   : std::vector<std::size_t>{number - 1}});
  }
  return nodes;
}

}  // namespace

std::vector<KerasNode> keras_graph(const Json& model) {
  const Json* const class_name = json_member(model, "class_name");
  const Json* const config = json_member(model, "config");
  if (class_name == nullptr || config == nullptr) throw DataError("has no class_name and config");
  const bool is_functional = *class_name == "Functional" || *class_name == "Model";
  if (!is_functional && *class_name != "Sequential") {
    throw DataError(fmt::format("is a {} model; dtheta reads Sequential and Functional ones",
                                printable_json(*class_name)));
  }
  const Json& list = layer_list(*config);
  std::vector<KerasLayer> layers;
  for (std::size_t i = 0; i < list.size(); ++i) layers.emplace_back(list[i], i + 1);
  return is_functional ? functional_graph(*config, std::move(layers), list)
                       : chain(std::move(layers));
}

}  // namespace dtheta
