#include <fmt/format.h>

#include "dtheta/math/activation.hpp"
#include "kernels.hpp"

namespace dtheta::benchmarks {
namespace {

// A dense layer's output.
constexpr Size rows = 64;
constexpr Size columns = 512;
constexpr Size bytes = rows * columns * static_cast<Size>(sizeof(float));

void forward(benchmark::State& state, Activation kind) {
  AlignedBuffer<float> z = random_numbers(rows * columns);
  const AlignedBuffer<float> bias = random_numbers(columns);
  run_moving(state, 2 * bytes, [&] {
    add_bias_and_activate<float>(z.view({rows, columns}), bias.view({columns}), {.kind = kind});
  });
}

void backward(benchmark::State& state, Activation kind) {
  const AlignedBuffer<float> a(rows * columns);  // zeros: the derivative is finite for all kinds
  AlignedBuffer<float> da = random_numbers(rows * columns);
  run_moving(state, 3 * bytes, [&] {
    activation_backward<float>(a.view({rows, columns}), da.view({rows, columns}), {.kind = kind});
  });
}

}  // namespace

void register_activations() {
  for (const Activation kind : {Activation::identity, Activation::sigmoid, Activation::tanh,
                                Activation::relu, Activation::leaky_relu}) {
    const auto name = activation_name(kind);
    add(fmt::format("activation/forward/{}", name),
        [kind](benchmark::State& state) { forward(state, kind); });
    if (kind == Activation::identity) continue;  // backward leaves it as it is
    add(fmt::format("activation/backward/{}", name),
        [kind](benchmark::State& state) { backward(state, kind); });
  }
  add("activation/column_sums", [](benchmark::State& state) {
    const AlignedBuffer<float> dz = random_numbers(rows * columns);
    AlignedBuffer<float> db(columns);
    run_moving(state, bytes, [&] {
      add_column_sums<float>(dz.view({rows, columns}), db.view({columns}));
    });
  });
}

}  // namespace dtheta::benchmarks
