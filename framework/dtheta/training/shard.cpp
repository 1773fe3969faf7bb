#include "dtheta/training/shard.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace dtheta {

ShardRange shard_range(Size m, Size shards, Size index) {
  const Size shortest = m / shards;
  const Size longer = m % shards;  // the first `longer` shards have one sample more
  return {index * shortest + std::min(index, longer), shortest + (index < longer ? 1 : 0)};
}

template <std::floating_point T>
Size multiply_adds(const Network<T>& network, const Node<T>& node) {
  Size total = 0;
  for (std::size_t p = 0; p < node.parameter_count; ++p) {
    const ParameterSpec& spec = network.parameters()[node.first_parameter + p].spec;
    if (spec.is_kernel()) total += node.output.size() * spec.fan_in;
  }
  return total;
}

namespace {

/// Numbers of θ whose dθ every shard sums up for itself.
template <std::floating_point T>
Size summed_parameters(const Network<T>& network, Size m) {
  Size total = 0;
  for (const Node<T>& node : network.nodes()) {
    if (node.layer->deposit_size(node.inputs, m) > 0) continue;
    for (std::size_t p = 0; p < node.parameter_count; ++p) {
      const Parameter& parameter = network.parameters()[node.first_parameter + p];
      total += parameter.is_trained ? parameter.spec.shape.size() : 0;
    }
  }
  return total;
}

}  // namespace

template <std::floating_point T>
Size multiply_adds(const Network<T>& network) {
  Size total = 0;
  for (const Node<T>& node : network.nodes()) total += multiply_adds(network, node);
  return total;
}

template <std::floating_point T>
Size default_shards(const Network<T>& network, Size m) {
  // A shard does at least `reuse` multiply-adds for every number of dθ that it sums up, so that
  // clearing, filling and adding those stays at a twentieth of its work; and it has samples enough
  // for its products to be fast. A large batch gets at most 16 shards, enough for as many cores, or
  // more of at least 32 samples each. A power of two deals evenly to 2, 4, 8 and 16 threads: 5
  // shards would keep one of two threads idle for a sixth of the time.
  constexpr Size reuse = 192;
  constexpr Size least = 16;
  const Size samples =
      std::max(least, reuse * summed_parameters(network, m) / multiply_adds(network));
  const Size affordable = std::max<Size>(2, m / samples);
  const Size useful = std::max<Size>(16, m / 32);
  const auto shards = static_cast<std::uint64_t>(std::min(affordable, useful));
  return std::min(static_cast<Size>(std::bit_floor(shards)), m);
}

template Size default_shards(const Network<float>&, Size);
template Size default_shards(const Network<double>&, Size);
template Size multiply_adds(const Network<float>&, const Node<float>&);
template Size multiply_adds(const Network<double>&, const Node<double>&);
template Size multiply_adds(const Network<float>&);
template Size multiply_adds(const Network<double>&);

}  // namespace dtheta
