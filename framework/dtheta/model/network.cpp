#include "dtheta/model/network.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/core/error.hpp"
#include "dtheta/model/prepared_theta.hpp"
#include "dtheta/model/workspace.hpp"

namespace dtheta {
namespace {

constexpr std::size_t most_parameters_of_a_layer = 8;
constexpr Size most_parameters = Size{1} << 58;  // neither their count nor their bytes overflow

std::string texts_of(std::span<const Shape> shapes) {
  std::vector<std::string> texts;
  for (const Shape& shape : shapes) texts.push_back(shape.text());
  return fmt::format("{}", fmt::join(texts, " and "));
}

}  // namespace

template <std::floating_point T>
Network<T>::Network(NetworkSpec spec, bool wants_dx) : spec_(std::move(spec)), wants_dx_(wants_dx) {
  if (spec_.layers.empty()) throw UsageError("a network needs at least one layer");
  std::vector<std::string> names = names_of(spec_.layers);
  for (std::size_t i = 0; i < names.size(); ++i) {
    add_node(spec_.layers[i], std::move(names[i]), i);
  }
  check_ends();
  find_boundaries();
}

template <std::floating_point T>
const Shape& Network<T>::output_shape() const {
  return nodes_.back().output;
}

template <std::floating_point T>
void Network<T>::add_node(const NodeSpec& spec, std::string name, std::size_t number) {
  Node<T> node;
  node.name = std::move(name);
  node.sources = inputs_of(spec_.layers, number);
  node.is_frozen = spec.is_frozen;
  for (const std::size_t source : node.sources) {
    if (source > number) {
      throw UsageError(fmt::format("layer {} ('{}') reads a layer that does not come before it",
                                   number + 1, node.name));
    }
    node.inputs.push_back(source == 0 ? spec_.input : nodes_[source - 1].output);
    node.needs_gradient = node.needs_gradient || needs_gradient(source);
  }
  try {
    node.layer = make_layer<T>(spec.layer);
    node.output = node.layer->output_shape(node.inputs);
    add_parameters(node);
  } catch (const UsageError& error) {
    throw UsageError(fmt::format("layer {} ('{}', input {}): {}", number + 1,
                                 layer_text(spec.layer), texts_of(node.inputs), error.what()));
  }
  node.needs_gradient = node.needs_gradient || node.is_trained;
  nodes_.push_back(std::move(node));
}

template <std::floating_point T>
void Network<T>::add_parameters(Node<T>& node) {
  node.first_parameter = parameters_.size();
  for (ParameterSpec& spec : node.layer->parameters(node.inputs)) {
    const Size size = AlignedBuffer<T>::padded(spec.shape.size());
    if (size > most_parameters - theta_size_) {
      throw UsageError("the network has more than 2^58 parameters");
    }
    const bool is_trained = spec.is_trained && !node.is_frozen;
    parameter_count_ += spec.shape.size();
    trained_count_ += is_trained ? spec.shape.size() : 0;
    node.is_trained = node.is_trained || is_trained;
    parameters_.push_back({node.name + "/" + spec.name, std::move(spec), theta_size_, is_trained});
    theta_size_ += size;
  }
  node.parameter_count = parameters_.size() - node.first_parameter;
  assert(node.parameter_count <= most_parameters_of_a_layer);
}

/// That something is trained, every layer read, and the end is one row of logits.
template <std::floating_point T>
void Network<T>::check_ends() const {
  if (parameter_count_ == 0) {
    throw UsageError("the network has no layer with parameters: nothing can be trained");
  }
  std::vector<bool> is_read(nodes_.size() + 1);
  for (const Node<T>& node : nodes_) {
    for (const std::size_t source : node.sources) is_read[source] = true;
  }
  is_read.back() = true;
  const auto unread = std::ranges::find(is_read.begin() + 1, is_read.end(), false);
  if (unread != is_read.end()) {
    throw UsageError(
        fmt::format("no layer reads {}: every layer but the last has to be read",
                    nodes_[static_cast<std::size_t>(unread - is_read.begin()) - 1].name));
  }
  if (output_shape().rank() != 1) {
    throw UsageError(fmt::format(
        "the network ends with samples of shape {}; wanted one row of numbers: end the list with "
        "'flatten, dense N'",
        output_shape().text()));
  }
}

template <std::floating_point T>
void Network<T>::find_boundaries() {
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const Node<T>& node = nodes_[i];
    const bool has_sums = node.layer->batch_sums(node.inputs, 1).forward > 0;
    if (has_sums && !node.is_frozen) boundaries_.push_back(i);
  }
}

template <std::floating_point T>
bool Network<T>::wants_dinputs(std::size_t node) const {
  return std::ranges::any_of(nodes_[node].sources,
                             [&](std::size_t source) { return needs_gradient(source); });
}

template <std::floating_point T>
PassContext Network<T>::context(std::size_t node, const Workspace<T>& workspace, Size m,
                                const TrainingPass<T>& pass) const {
  return {.is_training = workspace.mode() == WorkspaceMode::training && !nodes_[node].is_frozen,
          .seed = pass.seed,
          .epoch = pass.epoch,
          .node = static_cast<Size>(node),
          .samples = pass.samples,
          .first = pass.first,
          .batch = pass.batch == 0 ? m : pass.batch};
}

template <std::floating_point T>
void Network<T>::run_forward(std::size_t i, const PreparedTheta<T>& theta, Workspace<T>& workspace,
                             Size m, const TrainingPass<T>& pass) const {
  const Node<T>& node = nodes_[i];
  if (node.layer->is_view()) return;
  const Workspace<T>& totals = pass.totals == nullptr ? workspace : *pass.totals;
  const Timed timed(workspace.time_log(), Activity::layer_forward, static_cast<Size>(i));
  node.layer->forward({.inputs = workspace.inputs(m, node),
                       .output = workspace.output(i, m, node),
                       .theta = theta.parameters(i),
                       .prepared = theta.prepared(i),
                       .record = workspace.nodes_[i].record.span(),
                       .scratch = workspace.scratch_.span(),
                       .context = context(i, workspace, m, pass),
                       .sums = totals.nodes_[i].sums.span()});
}

template <std::floating_point T>
void Network<T>::run_backward(std::size_t i, const PreparedTheta<T>& theta, Workspace<T>& workspace,
                              Size m, const Gradient<T>& gradient,
                              const TrainingPass<T>& pass) const {
  const Node<T>& node = nodes_[i];
  if (!node.needs_gradient) return;
  const Workspace<T>& totals = pass.totals == nullptr ? workspace : *pass.totals;
  if (!node.layer->is_view()) {
    const Deposit<T> deposit{
        .memory = gradient.deposits.empty() ? std::span<T>() : gradient.deposits[i],
        .batch = gradient.batch,
        .first = gradient.first};
    const Timed timed(workspace.time_log(), Activity::layer_backward, static_cast<Size>(i));
    node.layer->backward({.inputs = workspace.inputs(m, node),
                          .output = workspace.output(i, m, node),
                          .doutput = workspace.doutput(i, m, node),
                          .dinputs = workspace.dinputs(i, m, node),
                          .theta = theta.parameters(i),
                          .prepared = theta.prepared(i),
                          .dtheta = node.is_trained ? gradient.dtheta.subspan(node.first_parameter,
                                                                              node.parameter_count)
                                                    : std::span<const View<T>>(),
                          .deposit = deposit,
                          .record = workspace.nodes_[i].record.span(),
                          .scratch = workspace.scratch_.span(),
                          .context = context(i, workspace, m, pass),
                          .sums = totals.nodes_[i].sums.span(),
                          .dsums = totals.nodes_[i].dsums.span()});
  }
  workspace.join_fan_out(i, m, node);
}

template <std::floating_point T>
void Network<T>::forward_segment(std::size_t segment, const PreparedTheta<T>& theta,
                                 Workspace<T>& workspace, Size m,
                                 const TrainingPass<T>& pass) const {
  const std::size_t first = segment == 0 ? 0 : boundaries_[segment - 1];
  const bool is_last = segment == boundaries_.size();
  const std::size_t end = is_last ? nodes_.size() : boundaries_[segment];
  for (std::size_t i = first; i < end; ++i) run_forward(i, theta, workspace, m, pass);
  if (is_last) return;
  const Node<T>& next = nodes_[end];
  next.layer->forward_sums({.input = workspace.inputs(m, next)[0],
                            .theta = theta.parameters(end),
                            .context = context(end, workspace, m, pass),
                            .sums = workspace.nodes_[end].sums.span()});
}

template <std::floating_point T>
void Network<T>::backward_segment(std::size_t segment, const PreparedTheta<T>& theta,
                                  Workspace<T>& workspace, Size m, const Gradient<T>& gradient,
                                  const TrainingPass<T>& pass) const {
  const std::size_t end = segment == boundaries_.size() ? nodes_.size() : boundaries_[segment] + 1;
  const std::size_t first = segment == 0 ? 0 : boundaries_[segment - 1] + 1;
  for (std::size_t i = end; i-- > first;) run_backward(i, theta, workspace, m, gradient, pass);
  if (segment == 0) return;
  const std::size_t before = first - 1;
  const Node<T>& node = nodes_[before];
  node.layer->backward_sums({.input = workspace.inputs(m, node)[0],
                             .output = workspace.output(before, m, node),
                             .doutput = workspace.doutput(before, m, node),
                             .theta = theta.parameters(before),
                             .context = context(before, workspace, m, pass),
                             .sums = workspace.nodes_[before].dsums.span()});
}

template <std::floating_point T>
View<const T> Network<T>::output(std::size_t node, Workspace<T>& workspace, Size m) const {
  return workspace.output(node, m, nodes_[node]);
}

template <std::floating_point T>
View<const T> Network<T>::logits(Workspace<T>& workspace, Size m) const {
  return output(nodes_.size() - 1, workspace, m);
}

template <std::floating_point T>
View<const T> Network<T>::forward(const PreparedTheta<T>& theta, Workspace<T>& workspace, Size m,
                                  const TrainingPass<T>& pass) const {
  if (workspace.mode() == WorkspaceMode::inference) {
    for (std::size_t i = 0; i < nodes_.size(); ++i) run_forward(i, theta, workspace, m, pass);
  } else {
    for (std::size_t s = 0; s < segments(); ++s) forward_segment(s, theta, workspace, m, pass);
  }
  return logits(workspace, m);
}

template <std::floating_point T>
void Network<T>::backward(const PreparedTheta<T>& theta, Workspace<T>& workspace, Size m,
                          const Gradient<T>& gradient, const TrainingPass<T>& pass) const {
  for (std::size_t s = segments(); s-- > 0;) {
    backward_segment(s, theta, workspace, m, gradient, pass);
  }
}

template <std::floating_point T>
void Network<T>::update_statistics(const Workspace<T>& totals, Size m, std::span<T> theta) const {
  std::array<View<T>, most_parameters_of_a_layer> views;
  for (const std::size_t i : boundaries_) {
    const Node<T>& node = nodes_[i];
    for (std::size_t p = 0; p < node.parameter_count; ++p) {
      views[p] = parameter(theta, node.first_parameter + p);
    }
    node.layer->update_statistics(totals.nodes_[i].sums.span(), m, node.inputs,
                                  std::span(views).first(node.parameter_count));
  }
}

template class Network<float>;
template class Network<double>;

}  // namespace dtheta
