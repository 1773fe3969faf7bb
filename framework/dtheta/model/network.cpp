#include "dtheta/model/network.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/model/prepared_theta.hpp"
#include "dtheta/model/workspace.hpp"

namespace dtheta {
namespace {

/// The layer's kind, the first word of its text: "conv" of "conv 6 5x5".
std::string kind_of(const LayerSpec& spec) {
  const std::string text = layer_text(spec);
  return text.substr(0, text.find(' '));
}

constexpr Size most_parameters = Size{1} << 58;  // neither their count nor their bytes overflow

}  // namespace

template <std::floating_point T>
Network<T>::Network(NetworkSpec spec) : spec_(std::move(spec)) {
  if (spec_.layers.empty()) throw UsageError("a network needs at least one layer");
  for (const LayerSpec& layer : spec_.layers) add_node(layer);
  const auto trainable =
      std::ranges::find_if(nodes_, [](const Node<T>& node) { return node.parameter_count > 0; });
  if (trainable == nodes_.end()) {
    throw UsageError("the network has no layer with parameters: nothing can be trained");
  }
  first_trainable_ = static_cast<std::size_t>(trainable - nodes_.begin());
  if (output_shape().rank() != 1) {
    throw UsageError(fmt::format(
        "the network ends with samples of shape {}; wanted one row of numbers: end the list with "
        "'flatten, dense N'",
        output_shape().text()));
  }
}

template <std::floating_point T>
const Shape& Network<T>::output_shape() const {
  return nodes_.back().output;
}

template <std::floating_point T>
void Network<T>::add_node(const LayerSpec& spec) {
  const std::string kind = kind_of(spec);
  const auto same_kind = [&](const Node<T>& node) {
    return node.name.substr(0, node.name.rfind('_')) == kind;
  };
  Node<T> node;
  node.name = fmt::format("{}_{}", kind, std::ranges::count_if(nodes_, same_kind) + 1);
  node.input = nodes_.empty() ? spec_.input : nodes_.back().output;
  try {
    node.layer = make_layer<T>(spec);
    node.output = node.layer->output_shape(std::array{node.input});
    add_parameters(node);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("layer {} ('{}', input {}): {}", nodes_.size() + 1,
                                 layer_text(spec), node.input.text(), error.what()));
  }
  nodes_.push_back(std::move(node));
}

template <std::floating_point T>
void Network<T>::add_parameters(Node<T>& node) {
  node.first_parameter = parameters_.size();
  for (ParameterSpec& spec : node.layer->parameters(std::array{node.input})) {
    const Size size = AlignedBuffer<T>::padded(spec.shape.size());
    if (size > most_parameters - theta_size_) {
      throw UsageError("the network has more than 2^58 parameters");
    }
    parameter_count_ += spec.shape.size();
    parameters_.push_back({node.name + "/" + spec.name, std::move(spec), theta_size_});
    theta_size_ += size;
  }
  node.parameter_count = parameters_.size() - node.first_parameter;
}

template <std::floating_point T>
View<const T> Network<T>::forward(const PreparedTheta<T>& theta, Workspace<T>& workspace,
                                  Size m) const {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node<T>& node = nodes_[i];
    if (node.layer->is_view()) continue;
    const std::array inputs{View<const T>(workspace.input(i, m, node))};
    const Timed timed(workspace.time_log(), Activity::layer_forward, static_cast<Size>(i));
    node.layer->forward({.inputs = inputs,
                         .output = workspace.output(i, m, node),
                         .theta = theta.parameters(i),
                         .prepared = theta.prepared(i),
                         .record = workspace.nodes_[i].record.span(),
                         .scratch = workspace.scratch_.span()});
  }
  return workspace.output(nodes_.size() - 1, m, nodes_.back());
}

template <std::floating_point T>
void Network<T>::backward(const PreparedTheta<T>& theta, Workspace<T>& workspace, Size m,
                          const Gradient<T>& gradient) const {
  for (std::size_t i = nodes_.size(); i-- > first_trainable_;) {
    const Node<T>& node = nodes_[i];
    if (node.layer->is_view()) continue;
    const std::array inputs{View<const T>(workspace.input(i, m, node))};
    const Deposit<T> deposit{
        .memory = gradient.deposits.empty() ? std::span<T>() : gradient.deposits[i],
        .batch = gradient.batch,
        .first = gradient.first};
    const std::array dinputs{i == first_trainable_ ? View<T>() : workspace.dinput(i, m, node)};
    const Timed timed(workspace.time_log(), Activity::layer_backward, static_cast<Size>(i));
    node.layer->backward(
        {.inputs = inputs,
         .output = workspace.output(i, m, node),
         .doutput = workspace.doutput(i, m, node),
         .dinputs = dinputs,
         .theta = theta.parameters(i),
         .prepared = theta.prepared(i),
         .dtheta = gradient.dtheta.subspan(node.first_parameter, node.parameter_count),
         .deposit = deposit,
         .record = workspace.nodes_[i].record.span(),
         .scratch = workspace.scratch_.span()});
  }
}

template class Network<float>;
template class Network<double>;

}  // namespace dtheta
