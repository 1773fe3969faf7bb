#include "network_summary.hpp"

#include <span>
#include <vector>

#include "dtheta/layers/catalog.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/model/prepared_theta.hpp"
#include "dtheta/model/workspace.hpp"
#include "dtheta/training/batch_gradient.hpp"
#include "dtheta/training/shard.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

template <std::floating_point T>
std::span<const Parameter> parameters_of(const Network<T>& network, const Node<T>& node) {
  return network.parameters().subspan(node.first_parameter, node.parameter_count);
}

Size count(std::span<const Parameter> parameters) {
  Size sum = 0;
  for (const Parameter& parameter : parameters) sum += parameter.spec.shape.size();
  return sum;
}

/// What a layer writes for one sample: nothing where the output is its input under another shape.
template <std::floating_point T>
Size output_bytes(const Node<T>& node) {
  return node.layer->is_view() ? 0 : node.output.size() * static_cast<Size>(sizeof(T));
}

std::string unless_zero(Size number) { return number == 0 ? std::string() : grouped(number); }

}  // namespace

template <std::floating_point T>
NetworkMemory network_memory(const Network<T>& network, Size batch_size) {
  const Size shards = default_shards(network, batch_size);
  const Workspace<T> workspace(network, shard_range(batch_size, shards, 0).count,
                               WorkspaceMode::training, batch_size);
  return {.batch_size = batch_size,
          .shards = shards,
          .theta = network.theta_size() * static_cast<Size>(sizeof(T)) +
                   PreparedTheta<T>(network, WorkspaceMode::training).bytes(),
          .gradients = BatchGradient<T>(network, batch_size, shards, 1).bytes(),
          .workspaces = shards * workspace.bytes()};
}

template <std::floating_point T>
std::string layers_table(const Model<T>& model) {
  const Network<T>& network = *model.network;
  std::vector<std::vector<std::string>> rows{
      {"layer", "", "output", "parameters", "multiply-adds", "output bytes"},
      {"input", "", network.input_shape().text(), "", "",
       grouped(network.input_shape().size() * static_cast<Size>(sizeof(T)))}};
  const std::vector<std::string> texts = layer_texts(network.spec());
  Size bytes = network.input_shape().size() * static_cast<Size>(sizeof(T));
  for (std::size_t i = 0; i < network.nodes().size(); ++i) {
    const Node<T>& node = network.nodes()[i];
    bytes += output_bytes(node);
    rows.push_back({node.name, texts[i], node.output.text(),
                    unless_zero(count(parameters_of(network, node))),
                    unless_zero(multiply_adds(network, node)), unless_zero(output_bytes(node))});
  }
  rows.push_back({"output", std::string(make_loss<T>(model.loss)->activation()),
                  network.output_shape().text(), grouped(network.parameter_count()),
                  grouped(multiply_adds(network)), grouped(bytes)});
  return table_text(
      rows, {Align::left, Align::left, Align::right, Align::right, Align::right, Align::right});
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
                      {"multiply_adds", multiply_adds(network, node)},
                      {"output_bytes", output_bytes(node)},
                      {"arrays", std::move(arrays)}});
  }
  return layers;
}

template NetworkMemory network_memory(const Network<float>&, Size);
template NetworkMemory network_memory(const Network<double>&, Size);
template std::string layers_table(const Model<float>&);
template std::string layers_table(const Model<double>&);
template nlohmann::ordered_json layers_json(const Network<float>&);
template nlohmann::ordered_json layers_json(const Network<double>&);

}  // namespace dtheta::cli
