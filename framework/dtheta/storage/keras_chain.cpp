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

/// The one layer that the layer's input comes from.
std::string input_of(const KerasLayer& layer, const Json& json) {
  const Json* const nodes = json_member(json, "inbound_nodes");
  if (nodes == nullptr || !nodes->is_array() || nodes->size() != 1) {
    layer.fail(fmt::format("is called {} times; wanted once: dtheta's networks are chains",
                           nodes == nullptr ? 0 : nodes->size()));
  }
  const Json& node = nodes->front();
  const Call call = node.is_array() ? call_of_keras_2(layer, node) : call_of_keras_3(layer, node);
  if (call.inputs.size() != 1) {
    layer.fail(
        fmt::format("has {} inputs; wanted one: dtheta's networks are chains", call.inputs.size()));
  }
  if (call.is_training) layer.fail("is called with training=True, which dtheta does not have");
  return call.inputs.front();
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

/// Follows the calls from the output back to the input.
std::vector<KerasLayer> functional_chain(const Json& config, std::vector<KerasLayer> layers,
                                         const Json& list) {
  std::map<std::string, std::size_t> places;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const bool is_new = places.emplace(layers[i].name(), i).second;
    if (!is_new) layers[i].fail("has a name for the second time");
  }
  const std::string input = end_of(config, "input_layers");
  std::vector<KerasLayer> chain;
  std::vector<bool> is_met(layers.size());
  std::string name = end_of(config, "output_layers");
  while (true) {
    const auto place = places.find(name);
    if (place == places.end()) {
      throw DataError(fmt::format("has no layer '{}', which is referred to", printable(name)));
    }
    const KerasLayer& layer = layers[place->second];
    if (is_met[place->second]) layer.fail("is its own input");
    is_met[place->second] = true;
    chain.push_back(layer);
    if (name == input) break;
    name = input_of(layer, list[place->second]);
  }
  const auto unmet = std::ranges::find(is_met, false);
  if (unmet != is_met.end()) {
    layers[static_cast<std::size_t>(unmet - is_met.begin())].fail(
        "is not on the way from the input to the output; dtheta's networks are chains");
  }
  std::ranges::reverse(chain);
  return chain;
}

}  // namespace

std::vector<KerasLayer> keras_chain(const Json& model) {
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
  return is_functional ? functional_chain(*config, std::move(layers), list) : layers;
}

}  // namespace dtheta
