#include <array>
#include <vector>

#include <fmt/format.h>

#include "dtheta/optimizers/optimizer.hpp"
#include "dtheta/training/reduction.hpp"
#include "kernels.hpp"

namespace dtheta::benchmarks {
namespace {

constexpr Size block = 4096;  // numbers; what one task reduces and updates

void update(benchmark::State& state, std::string_view name) {
  const auto optimizer = make_optimizer<float>({.name = std::string(name)});
  AlignedBuffer<float> dtheta = random_numbers(block);
  AlignedBuffer<float> theta = random_numbers(block);
  std::vector<AlignedBuffer<float>> slots(optimizer->slot_names().size(),
                                          AlignedBuffer<float>(block));
  std::vector<std::span<float>> spans;
  for (auto& slot : slots) spans.push_back(slot.span());
  const Size arrays = 3 + 2 * static_cast<Size>(slots.size());  // θ and slots are read and written
  run_moving(state, arrays * block * static_cast<Size>(sizeof(float)), [&] {
    update_parameter<float>(*optimizer, {.number = 1, .learning_rate = 1e-6},
                            optimizer->is_layerwise(), dtheta.span(), theta.span(), spans);
  });
}

void reduce(benchmark::State& state, Size shards) {
  std::vector<AlignedBuffer<float>> dtheta(static_cast<std::size_t>(shards),
                                           AlignedBuffer<float>(block));
  run_moving(state, shards * block * static_cast<Size>(sizeof(float)),
             [&] { tree_sum<float>(dtheta, 0, block); });
}

}  // namespace

void register_updates() {
  for (const std::string_view name : optimizer_names()) {
    add(fmt::format("optimizer/{}", name),
        [name](benchmark::State& state) { update(state, name); });
  }
  for (const Size shards : {2, 4, 8, 16}) {
    add(fmt::format("reduction/{}_shards", shards),
        [shards](benchmark::State& state) { reduce(state, shards); });
  }
}

}  // namespace dtheta::benchmarks
