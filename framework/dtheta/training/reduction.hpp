/// Reduction: in which order the shards' gradients are added up.
#pragma once

#include <concepts>
#include <span>

#include "dtheta/core/aligned_buffer.hpp"

namespace dtheta {

/// Adds the same run of numbers of every shard's dθ over a fixed binary tree of shard numbers:
///   ((dθ₀ + dθ₁) + (dθ₂ + dθ₃)) + ...
/// Returns the sum, which lies in shard 0's buffer; the others are used up. The order of additions
/// depends on the number of shards only. Tasks may reduce different runs at once.
template <std::floating_point T>
std::span<T> tree_sum(std::span<AlignedBuffer<T>> shards, Size first, Size count);

}  // namespace dtheta
