// Trains a small network on the four samples of XOR, all in memory.
//
// Usage: xor
#include <algorithm>
#include <cstdio>
#include <span>
#include <vector>

#include "dtheta/core/workers.hpp"
#include "dtheta/data/dataset.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/training/evaluation.hpp"
#include "dtheta/training/trainer.hpp"

using namespace dtheta;

int main() {
  // {4, 2}: a data set keeps its numbers in their own type, as bytes.
  const std::vector<float> x = {0, 0, 0, 1, 1, 0, 1, 1};
  AlignedBuffer<std::byte> bytes(static_cast<Size>(std::span(x).size_bytes()));
  std::ranges::copy(std::as_bytes(std::span(x)), bytes.data());
  const Dataset data(ElementType::float32, {2}, std::move(bytes), {0, 1, 1, 0}, {"same", "differ"});

  // Two classes need a single output: the loss is the binary cross entropy of its sigmoid.
  const NetworkSpec spec = {
      .input = {2},
      .layers = {DenseOptions{.units = 8, .activation = {.kind = Activation::tanh}},
                 DenseOptions{.units = 1}}};
  const Recipe recipe = {
      .epochs = 300, .batch_size = 4, .learning_rate = 0.05, .initializer = Initializer::glorot};

  Workers workers(1);
  Trainer<float> trainer(
      make_model<float>(spec, "binary_crossentropy", recipe.initializer, recipe.seed), recipe, data,
      {0, 1, 2, 3}, workers);
  trainer.fit({.step = {}, .epoch = [](const EpochReport& report) {
                 if (report.epoch % 100 == 0) {
                   std::printf("epoch %lld: loss %.4f\n", static_cast<long long>(report.epoch),
                               report.loss);
                 }
               }});

  const AlignedBuffer<float> probability = predict(trainer.model(), data, workers);
  for (Size i = 0; i < data.size(); ++i) {
    const auto sample = static_cast<std::size_t>(i);
    std::printf("%g xor %g: %.3f\n", x[2 * sample], x[2 * sample + 1], probability[i]);
  }
}
