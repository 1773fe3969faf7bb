#include "dtheta/model/prepared_theta.hpp"

#include <array>

namespace dtheta {
namespace {

/// Elements up to the next cache line.
template <class T>
Size padded(Size elements) {
  constexpr Size line = static_cast<Size>(AlignedBuffer<T>::alignment / sizeof(T));
  return (elements + line - 1) / line * line;
}

}  // namespace

template <std::floating_point T>
PreparedTheta<T>::PreparedTheta(const Network<T>& network, WorkspaceMode mode)
    : network_(network), mode_(mode), parameters_(network.parameters().size()) {
  std::vector<Size> sizes;
  Size total = 0;
  for (std::size_t i = 0; i < network.nodes().size(); ++i) {
    const Node<T>& node = network.nodes()[i];
    sizes.push_back(node.layer->prepared_size(std::array{node.input}, wants_dinputs(i)));
    total += padded<T>(sizes.back());
  }
  buffer_ = AlignedBuffer<T>(total);
  std::span<T> rest = buffer_.span();
  for (const Size size : sizes) {
    parts_.push_back(rest.first(static_cast<std::size_t>(size)));
    rest = rest.subspan(static_cast<std::size_t>(padded<T>(size)));
  }
}

template <std::floating_point T>
bool PreparedTheta<T>::wants_dinputs(std::size_t node) const {
  return mode_ == WorkspaceMode::training && node > network_.first_trainable();
}

template <std::floating_point T>
void PreparedTheta<T>::bind(std::span<const T> theta) {
  for (std::size_t p = 0; p < parameters_.size(); ++p) {
    parameters_[p] = network_.parameter(theta, p);
  }
}

template <std::floating_point T>
std::span<const View<const T>> PreparedTheta<T>::parameters(std::size_t i) const {
  const Node<T>& node = network_.nodes()[i];
  return std::span(parameters_).subspan(node.first_parameter, node.parameter_count);
}

template <std::floating_point T>
void PreparedTheta<T>::update(std::span<const T> theta) {
  bind(theta);
  for (std::size_t i = 0; i < parts_.size(); ++i) update_node(i);
}

template <std::floating_point T>
void PreparedTheta<T>::update_node(std::size_t i) {
  if (parts_[i].empty()) return;
  const Node<T>& node = network_.nodes()[i];
  node.layer->prepare({.inputs = std::array{node.input},
                       .theta = parameters(i),
                       .for_dinputs = wants_dinputs(i),
                       .prepared = parts_[i]});
}

template class PreparedTheta<float>;
template class PreparedTheta<double>;

}  // namespace dtheta
