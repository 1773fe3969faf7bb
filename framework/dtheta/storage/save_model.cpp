#include <algorithm>
#include <string>
#include <vector>

#include "dtheta/losses/loss.hpp"
#include "dtheta/storage/hdf5_writer.hpp"
#include "dtheta/storage/keras_config.hpp"
#include "dtheta/storage/model_file.hpp"
#include "dtheta/storage/model_layout.hpp"
#include "dtheta/storage/model_parts.hpp"

namespace dtheta {
namespace {

using Json = nlohmann::ordered_json;

template <class T>
constexpr ElementType element_of =
    std::is_same_v<T, float> ? ElementType::float32 : ElementType::float64;

/// What Keras looks for on the root and on the group of weights.
void mark_as_keras(hdf5::Writer& file, const std::string& object) {
  file.set_text(object, "backend", "tensorflow");
  file.set_text(object, "keras_version", "2.15.0");
}

/// The names of all layers that Keras will make, the input's left out.
std::vector<std::string> layer_names(const Json& config) {
  std::vector<std::string> names;
  for (const Json& layer : config["config"]["layers"]) {
    if (layer["class_name"] != "InputLayer") names.push_back(layer["config"]["name"]);
  }
  return names;
}

/// The parameters of one layer: a group, in it what Keras calls "layer/kernel:0", "layer/bias:0".
template <class T>
void write_layer(hdf5::Writer& file, const Model<T>& model, const Node<T>& node) {
  const std::string group = std::string(weights_group) + "/" + node.name;
  file.create_group(group + "/" + node.name);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < node.parameter_count; ++i) {
    const std::size_t index = node.first_parameter + i;
    const auto numbers = model.network->parameter(model.theta.span(), index);
    names.push_back(model.network->parameters()[index].name + ":0");
    file.write_numbers(group + "/" + names.back(), element_of<T>, numbers.shape(),
                       std::as_bytes(numbers.span()), hdf5::Storage::in_one_piece);
  }
  file.set_texts(group, "weight_names", names);
}

template <class T>
void write_keras(hdf5::Writer& file, const Model<T>& model) {
  const Network<T>& network = *model.network;
  std::vector<std::string> node_names;
  for (const Node<T>& node : network.nodes()) node_names.push_back(node.name);
  const Json config =
      keras_config(network.spec(), node_names, make_loss<T>(model.loss)->activation(),
                   element_name(element_of<T>));
  mark_as_keras(file, "/");
  file.set_text("/", model_config_attribute, config.dump());
  file.create_group(weights_group);
  mark_as_keras(file, weights_group);
  const auto names = layer_names(config);
  file.set_texts(weights_group, "layer_names", names);
  for (const std::string& name : names) {
    const std::string group = std::string(weights_group) + "/" + name;
    file.create_group(group);
    const auto node = std::ranges::find(network.nodes(), name, &Node<T>::name);
    if (node != network.nodes().end() && node->parameter_count > 0) {
      write_layer(file, model, *node);
    } else {
      file.set_texts(group, "weight_names", {});
    }
  }
}

/// The convolutions' algorithms in their order; empty where none is forced.
std::vector<std::string> forced_algorithms(const NetworkSpec& spec) {
  std::vector<std::string> names;
  bool is_any_forced = false;
  for (const NodeSpec& node : spec.layers) {
    const auto* const conv = std::get_if<Conv2dOptions>(&node.layer);
    if (conv == nullptr) continue;
    names.emplace_back(algorithm_name(conv->algorithm));
    is_any_forced = is_any_forced || conv->algorithm != ConvAlgorithm::automatic;
  }
  return is_any_forced ? names : std::vector<std::string>();
}

/// The batch normalizations' groups in their order; empty where all take the whole batch.
std::vector<Size> normalization_groups(const NetworkSpec& spec) {
  std::vector<Size> groups;
  for (const NodeSpec& node : spec.layers) {
    const auto* const normalization = std::get_if<BatchNormalizationOptions>(&node.layer);
    if (normalization != nullptr) groups.push_back(normalization->group);
  }
  return std::ranges::count(groups, 0) == std::ssize(groups) ? std::vector<Size>() : groups;
}

Json input_json(const InputPreparation& input) {
  Json json{{"scale", input.scale}};
  if (!input.mean.empty()) json.update({{"mean", input.mean}, {"std", input.deviation}});
  return json;
}

template <class T>
void write_dtheta(hdf5::Writer& file, const Model<T>& model, const std::optional<Recipe>& recipe,
                  const Json& provenance) {
  const std::string group = dtheta_group;
  file.create_group(group);
  file.set_number(group, model_version_attribute, model_format_version);
  file.set_text(group, loss_attribute, model.loss);
  file.set_text(group, input_attribute, input_json(model.input).dump());
  file.set_text(group, classes_attribute, Json(model.class_names).dump());
  const auto algorithms = forced_algorithms(model.network->spec());
  if (!algorithms.empty()) {
    file.set_text(group, algorithms_attribute, Json(algorithms).dump());
  }
  const auto groups = normalization_groups(model.network->spec());
  if (!groups.empty()) file.set_text(group, groups_attribute, Json(groups).dump());
  if (recipe) file.set_text(group, recipe_attribute, to_json(*recipe).dump());
  file.set_text(group, provenance_attribute, provenance.dump());
}

}  // namespace

template <std::floating_point T>
void write_model(hdf5::Writer& file, const Model<T>& model, const std::optional<Recipe>& recipe,
                 const Json& provenance) {
  write_keras(file, model);
  write_dtheta(file, model, recipe, provenance);
}

template <std::floating_point T>
void save_model(const std::filesystem::path& path, const StoredModel<T>& stored) {
  hdf5::Writer file(path);
  write_model(file, stored.model, stored.recipe, stored.provenance);
  file.commit();
}

template void write_model(hdf5::Writer&, const Model<float>&, const std::optional<Recipe>&,
                          const Json&);
template void write_model(hdf5::Writer&, const Model<double>&, const std::optional<Recipe>&,
                          const Json&);
template void save_model(const std::filesystem::path&, const StoredModel<float>&);
template void save_model(const std::filesystem::path&, const StoredModel<double>&);

}  // namespace dtheta
