/// Gradient: where Network::backward puts dθ.
#pragma once

#include <concepts>
#include <span>

#include "dtheta/core/view.hpp"

namespace dtheta {

/// Views on the memory that one backward pass writes; all of it is the caller's.
template <std::floating_point T>
struct Gradient {
  /// One a parameter of the network; added to. Not read for nodes that have a deposit.
  std::span<const View<T>> dtheta;
  /// One a node, or none at all: where its layer leaves what dθ is made of (Layer::deposit_size).
  std::span<const std::span<T>> deposits = {};
  Size batch = 0;  ///< the samples that deposits are made for
  Size first = 0;  ///< the number in the batch of the pass's first sample
};

}  // namespace dtheta
