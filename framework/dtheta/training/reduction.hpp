/// Reduction: what adds the shards' gradients up, in which order, and hands them to the optimizer.
#pragma once

#include <concepts>
#include <span>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/model/network.hpp"

namespace dtheta {

/// A run of numbers of the flat θ that one task reduces and updates; within one parameter.
struct Block {
  Size first = 0;
  Size count = 0;
  bool is_penalized = false;  ///< belongs to a kernel: L2 regularization applies
};

/// θ cut into blocks of at most 4096 numbers, none across two parameters; padding is left out.
template <std::floating_point T>
std::vector<Block> make_blocks(const Network<T>& network);

/// Adds the same block of every shard's dθ over a fixed binary tree of shard numbers:
///   ((dθ₀ + dθ₁) + (dθ₂ + dθ₃)) + ...
/// Returns the sum, which lies in shard 0's buffer; the others are used up. The order of additions
/// depends on the number of shards only. Tasks may reduce different blocks at once.
template <std::floating_point T>
std::span<T> tree_sum(std::span<AlignedBuffer<T>> shards, Block block);

}  // namespace dtheta
