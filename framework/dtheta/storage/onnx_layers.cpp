#include "dtheta/storage/onnx_layers.hpp"

#include <variant>

namespace dtheta {

OnnxLayers::OnnxLayers(onnx::GraphProto& graph, const Model<float>& model)
    : model_(model), graph_(graph, model.network->input_shape()) {}

void OnnxLayers::append_network() {
  const Network<float>& network = *model_.network;
  for (std::size_t n = 0; n < network.nodes().size(); ++n) {
    node_ = &network.nodes()[n];
    std::visit([this](const auto& options) { append_onnx(*this, options); },
               network.spec().layers[n]);
  }
}

View<const float> OnnxLayers::parameter(std::size_t number) const {
  return model_.network->parameter(model_.theta.span(), node_->first_parameter + number);
}

std::string OnnxLayers::constant(std::size_t number) {
  const View<const float> numbers = parameter(number);
  return graph_.constant(model_.network->parameters()[node_->first_parameter + number].name,
                         numbers.shape(), numbers.span());
}

void OnnxLayers::turn_channels(bool to_front) {
  if (has_channels_in_front_ == to_front) return;
  has_channels_in_front_ = to_front;
  const std::string suffix = to_front ? "_channels_first" : "_channels_last";
  set_attribute(graph_.append("Transpose", name() + suffix), "perm",
                to_front ? std::vector<Size>{0, 3, 1, 2} : std::vector<Size>{0, 2, 3, 1});
}

}  // namespace dtheta
