#include "dtheta/storage/onnx_layers.hpp"

#include <variant>

#include <fmt/format.h>

namespace dtheta {

OnnxLayers::OnnxLayers(onnx::GraphProto& graph, const Model<float>& model)
    : model_(model), graph_(graph, model.network->input_shape()) {}

void OnnxLayers::append_network() {
  const Network<float>& network = *model_.network;
  values_ = {{graph_.end()}};
  for (std::size_t n = 0; n < network.nodes().size(); ++n) {
    node_ = &network.nodes()[n];
    go_on_from(values_[node_->sources.front()]);
    std::visit([this](const auto& options) { append_onnx(*this, options); },
               network.spec().layers[n].layer);
    values_.push_back({graph_.end(), has_channels_in_front_});
  }
}

void OnnxLayers::go_on_from(const Value& value) {
  graph_.go_on_from(value.name);
  has_channels_in_front_ = value.has_channels_in_front;
}

OnnxLayers::Inputs OnnxLayers::join_inputs() {
  Inputs inputs;
  for (const std::size_t source : node_->sources) {
    inputs.has_channels_in_front =
        inputs.has_channels_in_front || values_[source].has_channels_in_front;
  }
  for (const std::size_t source : node_->sources) {
    go_on_from(values_[source]);
    turn_channels(inputs.has_channels_in_front, fmt::format("_{}", inputs.names.size()));
    inputs.names.push_back(graph_.end());
  }
  graph_.go_on_from(inputs.names.front());
  return inputs;
}

View<const float> OnnxLayers::parameter(std::size_t number) const {
  return model_.network->parameter(model_.theta.span(), node_->first_parameter + number);
}

std::string OnnxLayers::constant(std::size_t number) {
  const View<const float> numbers = parameter(number);
  return graph_.constant(model_.network->parameters()[node_->first_parameter + number].name,
                         numbers.shape(), numbers.span());
}

void OnnxLayers::turn_channels(bool to_front, const std::string& suffix) {
  if (has_channels_in_front_ == to_front) return;
  has_channels_in_front_ = to_front;
  const std::string what = to_front ? "_channels_first" : "_channels_last";
  set_attribute(graph_.append("Transpose", name() + what + suffix), "perm",
                to_front ? std::vector<Size>{0, 3, 1, 2} : std::vector<Size>{0, 2, 3, 1});
}

}  // namespace dtheta
