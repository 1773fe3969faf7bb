/// PreparedTheta: θ in the form that the layers read.
#pragma once

#include <concepts>
#include <span>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/model/network.hpp"
#include "dtheta/model/workspace.hpp"

namespace dtheta {

/// One θ and what the layers prepared of it (packed and transformed kernels), for all tasks.
///
/// `update` and `update_node` write; any number of tasks may read in between. The network must
/// outlive it, and θ every use after an update.
template <std::floating_point T>
class PreparedTheta {
 public:
  /// Allocates once, here.
  PreparedTheta(const Network<T>& network, WorkspaceMode mode);

  /// Prepares all layers for a new θ {theta_size()}, or for the same one after it has changed.
  void update(std::span<const T> theta);

  /// The same in parts that tasks may do at once: first `bind`, then every node of the network.
  void bind(std::span<const T> theta);
  void update_node(std::size_t node);

  /// What a node's layer reads: its parameters, and what it prepared of them.
  std::span<const View<const T>> parameters(std::size_t node) const;
  std::span<const T> prepared(std::size_t node) const { return parts_[node]; }
  Size bytes() const { return buffer_.size() * static_cast<Size>(sizeof(T)); }

 private:
  bool wants_dinputs(std::size_t node) const;

  const Network<T>& network_;
  WorkspaceMode mode_;
  std::vector<View<const T>> parameters_;  // of all nodes, windows on θ
  AlignedBuffer<T> buffer_;
  std::vector<std::span<T>> parts_;  // one a node
};

}  // namespace dtheta
