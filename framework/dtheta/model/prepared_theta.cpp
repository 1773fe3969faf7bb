#include "dtheta/model/prepared_theta.hpp"

namespace dtheta {
namespace {

constexpr Size share_size = 64 * 1024;  // elements that one task prepares: tens of microseconds

}  // namespace

template <std::floating_point T>
PreparedTheta<T>::PreparedTheta(const Network<T>& network, WorkspaceMode mode)
    : network_(network), mode_(mode), parameters_(network.parameters().size()) {
  std::vector<Size> sizes;
  Size total = 0;
  for (std::size_t i = 0; i < network.nodes().size(); ++i) {
    const Node<T>& node = network.nodes()[i];
    sizes.push_back(node.layer->prepared_size(node.inputs, wants_dinputs(i)));
    total += AlignedBuffer<T>::padded(sizes.back());
  }
  buffer_ = AlignedBuffer<T>(total);
  std::span<T> rest = buffer_.span();
  for (const Size size : sizes) {
    prepared_.push_back(rest.first(static_cast<std::size_t>(size)));
    rest = rest.subspan(static_cast<std::size_t>(AlignedBuffer<T>::padded(size)));
    const Size parts = (size + share_size - 1) / share_size;
    for (Size part = 0; part < parts; ++part)
      shares_.push_back({prepared_.size() - 1, part, parts});
  }
}

template <std::floating_point T>
bool PreparedTheta<T>::wants_dinputs(std::size_t node) const {
  return mode_ == WorkspaceMode::training && network_.wants_dinputs(node);
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
  for (Size part = 0; part < parts(); ++part) update_part(part);
}

template <std::floating_point T>
void PreparedTheta<T>::update_part(Size part) {
  const Share& share = shares_[static_cast<std::size_t>(part)];
  const Node<T>& node = network_.nodes()[share.node];
  node.layer->prepare({.inputs = node.inputs,
                       .theta = parameters(share.node),
                       .for_dinputs = wants_dinputs(share.node),
                       .part = share.part,
                       .parts = share.parts,
                       .prepared = prepared_[share.node]});
}

template class PreparedTheta<float>;
template class PreparedTheta<double>;

}  // namespace dtheta
