/// BatchGradient: dθ of one batch, from what shards leave to the blocks that the optimizer takes.
#pragma once

#include <concepts>
#include <span>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/model/gradient.hpp"
#include "dtheta/model/network.hpp"

namespace dtheta {

/// A run of numbers of the flat θ that one task reduces and updates; within one parameter.
struct Block {
  Size first = 0;
  Size count = 0;
  bool is_penalized = false;  ///< belongs to a kernel: L2 regularization applies
  std::size_t node = 0;       ///< index into Network::nodes()
  std::size_t parameter = 0;  ///< index into Network::parameters()
};

/// dθ of a batch that is cut into shards. A node's dθ is had in one of two ways:
///
/// - Summed: each shard adds up the dθ of its samples, and a fixed tree adds the shards' sums
///   (training/reduction.hpp). For kernels that are small beside the work of a shard.
/// - Deferred: the shards leave what dθ is made of in the node's deposit (Layer::deposit_size), and
///   each block of dθ is made over the whole batch at once. For dense kernels: a copy of them for
///   each shard would cost more than the products.
///
/// Either way the order of additions depends on batch and shards only. Allocates here and never
/// again. Tasks may fill different shards at once, then reduce different blocks at once.
template <std::floating_point T>
class BatchGradient {
 public:
  /// For up to `batch` samples in up to `shards` shards, run by `workers` workers. The network must
  /// outlive it.
  BatchGradient(const Network<T>& network, Size batch, Size shards, int workers);

  /// Clears the sums of a shard.
  void clear(Size shard);

  /// Where the shard's samples from number `first` of the batch on put their part.
  Gradient<T> part(Size shard, Size first) const;

  /// The trained parameters of θ in blocks, none across two parameters, no padding.
  std::span<const Block> blocks() const { return blocks_; }

  /// Whether the blocks of a node are made rather than summed by `reduce`.
  bool is_deferred(std::size_t node) const { return !deposits_[node].empty(); }

  /// The sum of dθ over the m samples of the first `shards` shards, for one block; once for each
  /// batch, because it uses up the shards' sums. The numbers are the caller's until the worker's
  /// next block.
  std::span<T> reduce(const Block& block, Size shards, Size m, int worker);

  Size bytes() const;

 private:
  void plan_deposits();
  void plan_blocks();
  void plan_sums(Size shards);

  const Network<T>& network_;
  Size batch_;
  AlignedBuffer<T> deposited_;
  std::vector<std::span<T>> deposits_;  // one a node, windows on deposited_; empty where summed
  std::vector<Size> offsets_;           // one a parameter: its place in a shard's sums
  std::vector<AlignedBuffer<T>> sums_;  // one a shard
  std::vector<View<T>> views_;          // all parameters of shard 0, of shard 1, ...
  std::vector<Block> blocks_;
  std::vector<AlignedBuffer<T>> made_;  // one a worker: a deferred block
};

}  // namespace dtheta
