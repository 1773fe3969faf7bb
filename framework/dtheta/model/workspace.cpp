#include "dtheta/model/workspace.hpp"

#include <algorithm>
#include <array>

namespace dtheta {

template <std::floating_point T>
Workspace<T>::Workspace(const Network<T>& network, Size max_samples, WorkspaceMode mode)
    : max_samples_(max_samples),
      mode_(mode),
      x_shape_(network.input_shape()),
      logits_(network.output_shape().size()),
      y_(max_samples * logits_),
      nodes_(network.nodes().size()) {
  plan_activations(network);
  if (mode == WorkspaceMode::training) plan_gradients(network);
  plan_layers(network);
}

template <std::floating_point T>
void Workspace<T>::plan_activations(const Network<T>& network) {
  std::vector<Size> sizes{network.input_shape().size()};
  const bool keep_all = mode_ == WorkspaceMode::training;
  std::size_t current = 0;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node<T>& node = network.nodes()[i];
    if (!node.layer->is_view()) {
      current = !keep_all && current == 2 ? 1 : current + 1;  // inference: 1 and 2 in turn
      sizes.resize(std::max(sizes.size(), current + 1));
      sizes[current] = std::max(sizes[current], node.output.size());
    }
    nodes_[i].output = current;
  }
  for (const Size size : sizes) activations_.emplace_back(max_samples_ * size);
}

template <std::floating_point T>
void Workspace<T>::plan_gradients(const Network<T>& network) {
  std::array<Size, 2> sizes{};
  std::size_t current = 0;
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    const Node<T>& node = network.nodes()[i];
    nodes_[i].doutput = current;
    if (i < network.first_trainable()) continue;
    sizes[current] = std::max(sizes[current], node.output.size());
    if (!node.layer->is_view()) current = 1 - current;
  }
  for (const Size size : sizes) gradients_.emplace_back(max_samples_ * size);
}

template <std::floating_point T>
void Workspace<T>::plan_layers(const Network<T>& network) {
  Size scratch = 0;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node<T>& node = network.nodes()[i];
    const Footprint need = node.layer->footprint(std::array{node.input}, max_samples_);
    nodes_[i].record = AlignedBuffer<T>(need.record);
    scratch = std::max(scratch, need.scratch);
  }
  scratch_ = AlignedBuffer<T>(scratch);
}

template <std::floating_point T>
Size Workspace<T>::bytes() const {
  Size elements = y_.size() + scratch_.size();
  for (const auto& buffer : activations_) elements += buffer.size();
  for (const auto& buffer : gradients_) elements += buffer.size();
  for (const auto& node : nodes_) elements += node.record.size();
  return elements * static_cast<Size>(sizeof(T));
}

template class Workspace<float>;
template class Workspace<double>;

}  // namespace dtheta
