/// Shards: how a batch is cut into units of work and of summation.
#pragma once

#include <concepts>

#include "dtheta/core/shape.hpp"
#include "dtheta/model/network.hpp"

namespace dtheta {

/// A contiguous run of a batch's samples.
struct ShardRange {
  Size first = 0;
  Size count = 0;
};

/// Shard `index` of `shards` of a batch of m samples: runs whose lengths differ by at most one, a
/// function of these three numbers only. shards ≤ m gives no empty shard.
ShardRange shard_range(Size m, Size shards, Size index);

/// The number of shards for a batch of m when the recipe names none: a function of network and
/// batch only, never of threads or caches, so that the bits stay the same everywhere.
///
/// Many small shards keep many cores busy and activations in cache; each costs one more
/// of the sums of dθ that are not deferred (BatchGradient). See docs/ARCHITECTURE.md for the
/// measurement behind the rule.
template <std::floating_point T>
Size default_shards(const Network<T>& network, Size m);

/// Multiply-adds of a forward pass of one sample through the kernels of one layer: each number of a
/// kernel is used once at every output position.
template <std::floating_point T>
Size multiply_adds(const Network<T>& network, const Node<T>& node);

/// The same of all layers.
template <std::floating_point T>
Size multiply_adds(const Network<T>& network);

}  // namespace dtheta
