#include "dtheta/model/workspace.hpp"

#include <algorithm>

#include "dtheta/math/elementwise.hpp"
#include "dtheta/model/buffer_plan.hpp"

namespace dtheta {

template <std::floating_point T>
Workspace<T>::Workspace(const Network<T>& network, Size max_samples, WorkspaceMode mode, Size batch)
    : max_samples_(max_samples),
      mode_(mode),
      x_shape_(network.input_shape()),
      logits_(network.output_shape().size()),
      y_(max_samples * logits_),
      nodes_(network.nodes().size()) {
  plan_activations(network);
  if (mode == WorkspaceMode::training) plan_gradients(network);
  plan_layers(network, batch == 0 ? max_samples : batch);
}

/// Training keeps all activations for backward; inference each until its last reader has run. A
/// view of an activation lies where that lies.
template <std::floating_point T>
void Workspace<T>::plan_activations(const Network<T>& network) {
  const auto nodes = network.nodes();
  std::vector<std::size_t> readers(nodes.size() + 1);  // by buffer; there are no more than outputs
  BufferPlan plan;
  plan.acquire(network.input_shape().size());  // x is never given back
  std::vector<std::size_t> value(nodes.size() +
                                 1);  // whose memory each output is: 0 x, i + 1 of node i
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    value[i + 1] = nodes[i].layer->is_view() ? value[nodes[i].sources[0]] : i + 1;
    if (nodes[i].layer->is_view()) continue;
    for (const std::size_t source : nodes[i].sources) ++readers[value[source]];
  }
  ++readers[value.back()];  // the loss
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    const Node<T>& node = nodes[i];
    if (node.layer->is_view()) {
      nodes_[i].output = activation(node.sources[0]);
      continue;
    }
    nodes_[i].output = plan.acquire(node.output.size());
    if (mode_ == WorkspaceMode::training) continue;
    for (const std::size_t source : node.sources) {
      const bool is_last_reader = --readers[value[source]] == 0;
      if (is_last_reader && value[source] != 0) plan.release(activation(source));
    }
  }
  for (const Size size : plan.sizes()) activations_.emplace_back(max_samples_ * size);
}

/// Backwards through the nodes: the first reader of a value that runs makes its gradient, others
/// make theirs in a buffer of their own, which is added to it. The gradient of a view is that of
/// what it shows.
template <std::floating_point T>
void Workspace<T>::plan_gradients(const Network<T>& network) {
  const auto nodes = network.nodes();
  // The buffer with the gradient by each source: 0 the input, i + 1 the output of node i.
  std::vector<std::size_t> made(nodes.size() + 1, none);
  BufferPlan plan;
  made.back() = plan.acquire(nodes.back().output.size());
  for (std::size_t i = nodes.size(); i-- > 0;) {
    const Node<T>& node = nodes[i];
    nodes_[i].dinputs.resize(node.sources.size());
    if (!node.needs_gradient) continue;
    nodes_[i].doutput = made[i + 1];
    std::vector<std::size_t> used_up{made[i + 1]};
    for (std::size_t k = 0; k < node.sources.size(); ++k) {
      const std::size_t source = node.sources[k];
      if (!network.needs_gradient(source)) continue;
      Gradient& gradient = nodes_[i].dinputs[k];
      gradient.buffer = node.layer->is_view() ? made[i + 1] : plan.acquire(node.inputs[k].size());
      if (made[source] == none) {
        made[source] = gradient.buffer;
        if (node.layer->is_view()) used_up.clear();
      } else {
        gradient.sum = made[source];
        if (!node.layer->is_view()) used_up.push_back(gradient.buffer);
      }
    }
    for (const std::size_t buffer : used_up) plan.release(buffer);
  }
  dx_ = made.front();
  for (const Size size : plan.sizes()) gradients_.emplace_back(max_samples_ * size);
}

template <std::floating_point T>
void Workspace<T>::plan_layers(const Network<T>& network, Size batch) {
  Size scratch = 0;
  std::size_t inputs = 0;
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node<T>& node = network.nodes()[i];
    const Footprint need = node.layer->footprint(node.inputs, max_samples_);
    nodes_[i].record = AlignedBuffer<T>(need.record);
    scratch = std::max(scratch, need.scratch);
    inputs = std::max(inputs, node.inputs.size());
    if (mode_ == WorkspaceMode::inference) continue;
    const BatchSums sums = node.layer->batch_sums(node.inputs, batch);
    nodes_[i].sums = AlignedBuffer<double>(sums.forward);
    nodes_[i].dsums = AlignedBuffer<double>(sums.backward);
  }
  scratch_ = AlignedBuffer<T>(scratch);
  input_views_.resize(inputs);
  dinput_views_.resize(inputs);
}

template <std::floating_point T>
std::span<const View<const T>> Workspace<T>::inputs(Size m, const Node<T>& node) {
  for (std::size_t k = 0; k < node.sources.size(); ++k) {
    input_views_[k] = activations_[activation(node.sources[k])].view(node.inputs[k].batch(m));
  }
  return std::span(input_views_).first(node.sources.size());
}

template <std::floating_point T>
std::span<const View<T>> Workspace<T>::dinputs(std::size_t i, Size m, const Node<T>& node) {
  for (std::size_t k = 0; k < node.sources.size(); ++k) {
    const std::size_t buffer = nodes_[i].dinputs[k].buffer;
    dinput_views_[k] =
        buffer == none ? View<T>() : gradients_[buffer].view(node.inputs[k].batch(m));
  }
  return std::span(dinput_views_).first(node.sources.size());
}

template <std::floating_point T>
void Workspace<T>::join_fan_out(std::size_t i, Size m, const Node<T>& node) {
  for (std::size_t k = 0; k < node.sources.size(); ++k) {
    const Gradient& gradient = nodes_[i].dinputs[k];
    if (gradient.sum == none) continue;
    const auto count = static_cast<std::size_t>(m * node.inputs[k].size());
    add<T>(gradients_[gradient.buffer].span().first(count),
           gradients_[gradient.sum].span().first(count));
  }
}

template <std::floating_point T>
void Workspace<T>::add_sums(const Workspace& shard, std::size_t node) {
  add<double>(shard.nodes_[node].sums.span(), nodes_[node].sums.span());
}

template <std::floating_point T>
void Workspace<T>::add_dsums(const Workspace& shard, std::size_t node) {
  add<double>(shard.nodes_[node].dsums.span(), nodes_[node].dsums.span());
}

template <std::floating_point T>
Size Workspace<T>::bytes() const {
  Size elements = y_.size() + scratch_.size();
  Size sums = 0;
  for (const auto& buffer : activations_) elements += buffer.size();
  for (const auto& buffer : gradients_) elements += buffer.size();
  for (const auto& node : nodes_) {
    elements += node.record.size();
    sums += node.sums.size() + node.dsums.size();
  }
  return elements * static_cast<Size>(sizeof(T)) + sums * static_cast<Size>(sizeof(double));
}

template class Workspace<float>;
template class Workspace<double>;

}  // namespace dtheta
