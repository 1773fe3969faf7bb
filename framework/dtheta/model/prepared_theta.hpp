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
/// `update` and `update_part` write; any number of tasks may read in between. The network must
/// outlive it, and θ every use after an update.
template <std::floating_point T>
class PreparedTheta {
 public:
  /// Allocates once, here.
  PreparedTheta(const Network<T>& network, WorkspaceMode mode);

  /// Prepares all layers for a new θ {theta_size()}, or for the same one after it has changed.
  void update(std::span<const T> theta);

  /// The same in parts that tasks may do at once: first `bind`, then update_part(0), ...,
  /// update_part(parts() − 1).
  void bind(std::span<const T> theta);
  Size parts() const { return static_cast<Size>(shares_.size()); }
  void update_part(Size part);

  /// What a node's layer reads: its parameters, and what it prepared of them.
  std::span<const View<const T>> parameters(std::size_t node) const;
  std::span<const T> prepared(std::size_t node) const { return prepared_[node]; }
  Size bytes() const { return buffer_.size() * static_cast<Size>(sizeof(T)); }

 private:
  /// What one task makes.
  struct Share {
    std::size_t node;
    Size part;
    Size parts;
  };

  bool wants_dinputs(std::size_t node) const;

  const Network<T>& network_;
  WorkspaceMode mode_;
  std::vector<View<const T>> parameters_;  // of all nodes, windows on θ
  AlignedBuffer<T> buffer_;
  std::vector<std::span<T>> prepared_;  // one a node, windows on buffer_
  std::vector<Share> shares_;
};

}  // namespace dtheta
