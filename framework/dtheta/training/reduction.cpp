#include "dtheta/training/reduction.hpp"

#include <algorithm>

#include "dtheta/math/elementwise.hpp"

namespace dtheta {

template <std::floating_point T>
std::vector<Block> make_blocks(const Network<T>& network) {
  constexpr Size longest = 4096;  // 16 KiB of float: a block of several shards stays in cache
  std::vector<Block> blocks;
  for (const Parameter& parameter : network.parameters()) {
    const Size size = parameter.spec.shape.size();
    for (Size done = 0; done < size; done += longest) {
      blocks.push_back({.first = parameter.offset + done,
                        .count = std::min(longest, size - done),
                        .is_penalized = !parameter.spec.is_bias});
    }
  }
  return blocks;
}

template <std::floating_point T>
std::span<T> tree_sum(std::span<AlignedBuffer<T>> shards, Block block) {
  const auto part = [&](std::size_t shard) {
    return shards[shard].span().subspan(static_cast<std::size_t>(block.first),
                                        static_cast<std::size_t>(block.count));
  };
  for (std::size_t stride = 1; stride < shards.size(); stride *= 2) {
    for (std::size_t s = 0; s + stride < shards.size(); s += 2 * stride) {
      add<T>(part(s + stride), part(s));
    }
  }
  return part(0);
}

template std::vector<Block> make_blocks(const Network<float>&);
template std::vector<Block> make_blocks(const Network<double>&);
template std::span<float> tree_sum(std::span<AlignedBuffer<float>>, Block);
template std::span<double> tree_sum(std::span<AlignedBuffer<double>>, Block);

}  // namespace dtheta
