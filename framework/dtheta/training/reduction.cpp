#include "dtheta/training/reduction.hpp"

#include "dtheta/math/elementwise.hpp"

namespace dtheta {

template <std::floating_point T>
std::span<T> tree_sum(std::span<AlignedBuffer<T>> shards, Size first, Size count) {
  const auto run = [&](std::size_t shard) {
    return shards[shard].span().subspan(static_cast<std::size_t>(first),
                                        static_cast<std::size_t>(count));
  };
  for (std::size_t stride = 1; stride < shards.size(); stride *= 2) {
    for (std::size_t s = 0; s + stride < shards.size(); s += 2 * stride) {
      add<T>(run(s + stride), run(s));
    }
  }
  return run(0);
}

template std::span<float> tree_sum(std::span<AlignedBuffer<float>>, Size, Size);
template std::span<double> tree_sum(std::span<AlignedBuffer<double>>, Size, Size);

}  // namespace dtheta
