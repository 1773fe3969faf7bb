#include "model_summary.hpp"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/layers/catalog.hpp"
#include "dtheta/losses/loss.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

template <std::floating_point T>
constexpr Precision precision_of =
    std::is_same_v<T, double> ? Precision::float64 : Precision::float32;

template <std::floating_point T>
std::span<const Parameter> parameters_of(const Network<T>& network, const Node<T>& node) {
  return network.parameters().subspan(node.first_parameter, node.parameter_count);
}

Size count(std::span<const Parameter> parameters) {
  Size sum = 0;
  for (const Parameter& parameter : parameters) sum += parameter.spec.shape.size();
  return sum;
}

template <std::floating_point T>
std::string layers_table(const Model<T>& model) {
  const Network<T>& network = *model.network;
  const std::vector<std::string> texts = layer_texts(network.spec());
  std::vector<std::vector<std::string>> rows{{"layer", "", "output", "parameters"},
                                             {"input", "", network.input_shape().text(), ""}};
  for (std::size_t i = 0; i < network.nodes().size(); ++i) {
    const Node<T>& node = network.nodes()[i];
    const Size parameters = count(parameters_of(network, node));
    rows.push_back(
        {node.name, texts[i], node.output.text(), parameters == 0 ? "" : grouped(parameters)});
  }
  rows.push_back({"output", std::string(make_loss<T>(model.loss)->activation()),
                  network.output_shape().text(), grouped(network.parameter_count())});
  return table_text(rows, {Align::left, Align::left, Align::right, Align::right});
}

/// An object's members, one a line, those of an object within as "data/file".
std::string members_table(const nlohmann::ordered_json& object) {
  std::vector<std::vector<std::string>> rows;
  const nlohmann::ordered_json flat = object.flatten();
  for (const auto& [path, value] : flat.items()) {
    const std::string key = path.substr(1);
    rows.push_back(
        {"  " + key, value.is_string() ? value.template get<std::string>() : value.dump()});
  }
  return table_text(rows, {Align::left, Align::left});
}

/// The first few, for a line.
std::string some_numbers(std::span<const double> numbers) {
  const auto shown = numbers.first(std::min<std::size_t>(numbers.size(), 8));
  return fmt::format("{:.6g}{}", fmt::join(shown, ", "),
                     shown.size() < numbers.size() ? ", ..." : "");
}

template <std::floating_point T>
nlohmann::ordered_json layers_json(const Network<T>& network) {
  const std::vector<std::string> texts = layer_texts(network.spec());
  auto layers = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < network.nodes().size(); ++i) {
    const Node<T>& node = network.nodes()[i];
    const auto parameters = parameters_of(network, node);
    auto arrays = nlohmann::ordered_json::array();
    for (const Parameter& parameter : parameters) {
      arrays.push_back({{"name", parameter.name}, {"shape", parameter.spec.shape.extents()}});
    }
    layers.push_back({{"name", node.name},
                      {"layer", texts[i]},
                      {"input", node.inputs.front().extents()},
                      {"output", node.output.extents()},
                      {"parameters", count(parameters)},
                      {"arrays", std::move(arrays)}});
  }
  return layers;
}

}  // namespace

template <std::floating_point T>
std::string model_text(const std::filesystem::path& file, const StoredModel<T>& stored) {
  const Model<T>& model = stored.model;
  std::string text = fmt::format("{}: a model of {} parameters in {}\n\n{}\n", file.string(),
                                 grouped(model.network->parameter_count()),
                                 precision_name(precision_of<T>), layers_table(model));
  text += fmt::format("loss          {}\ninput scale   {:.6g}\n", model.loss, model.input.scale);
  if (!model.input.mean.empty()) {
    text += fmt::format("input mean    {}\ninput std     {}\n", some_numbers(model.input.mean),
                        some_numbers(model.input.deviation));
  }
  if (!model.class_names.empty()) {
    text += fmt::format("classes       {}\n", fmt::join(model.class_names, ", "));
  }
  if (!stored.left_out.empty()) {
    text += fmt::format("left out      {}, which act in training only\n",
                        fmt::join(stored.left_out, ", "));
  }
  text += fmt::format("theta_sha256  {}\n", theta_sha256(model));
  if (stored.recipe) text += "\nrecipe\n" + members_table(to_json(*stored.recipe));
  if (!stored.provenance.empty()) text += "\nprovenance\n" + members_table(stored.provenance);
  return text;
}

template <std::floating_point T>
nlohmann::ordered_json model_json(const std::filesystem::path& file, const StoredModel<T>& stored) {
  const Model<T>& model = stored.model;
  return {{"file", file.string()},
          {"kind", "model"},
          {"theta_sha256", theta_sha256(model)},
          {"parameters", model.network->parameter_count()},
          {"precision", precision_name(precision_of<T>)},
          {"loss", model.loss},
          {"input", model.network->input_shape().extents()},
          {"layers", layers_json(*model.network)},
          {"input_scale", model.input.scale},
          {"input_mean", model.input.mean},
          {"input_std", model.input.deviation},
          {"class_names", model.class_names},
          {"left_out", stored.left_out},
          {"recipe", stored.recipe ? to_json(*stored.recipe) : nlohmann::ordered_json()},
          {"provenance", stored.provenance}};
}

template std::string model_text(const std::filesystem::path&, const StoredModel<float>&);
template std::string model_text(const std::filesystem::path&, const StoredModel<double>&);
template nlohmann::ordered_json model_json(const std::filesystem::path&, const StoredModel<float>&);
template nlohmann::ordered_json model_json(const std::filesystem::path&,
                                           const StoredModel<double>&);

}  // namespace dtheta::cli
