/// Trainings to write checkpoints of, for tests.
#pragma once

#include <cstring>
#include <string>
#include <utility>

#include "dtheta/core/random.hpp"
#include "dtheta/model/network_spec.hpp"
#include "dtheta/storage/checkpoint_file.hpp"

namespace dtheta::test {

/// Terms of a small training with Adam that averages and keeps the best epoch.
inline TrainingTerms small_terms() {
  TrainingTerms terms{.start_sha256 = "5a", .data_sha256 = "da", .validation_sha256 = ""};
  terms.recipe = {.epochs = 7, .batch_size = 4, .shards = 2, .learning_rate = 0.125};
  terms.recipe.ema = 0.5;
  terms.recipe.keep_best = true;
  terms.recipe.seed = ~std::uint64_t{0};
  terms.provenance = {{"kernels", "avx2"}};
  return terms;
}

/// Fills a flat θ or slot, not its padding, with numbers that `seed` decides.
template <class T>
void fill_parameters(const Network<T>& network, AlignedBuffer<T>& flat, std::uint64_t seed) {
  Philox random(seed, Purpose::input, 0, 0);
  for (const auto& parameter : network.parameters(flat.span())) {
    for (T& number : parameter.span()) number = static_cast<T>(random.normal());
  }
}

/// An array as long as θ with such numbers.
template <class T>
AlignedBuffer<T> filled(const Network<T>& network, std::uint64_t seed) {
  AlignedBuffer<T> flat(network.theta_size());
  fill_parameters(network, flat, seed);
  return flat;
}

/// A state that differs from that of any other step in every number.
template <class T>
TrainingState<T> state_at(Size step, const std::string& layers =
                                         "input 5x4x2, conv 3 3x3, relu, flatten, "
                                         "dense 6, tanh, dense 3") {
  const LayerList list = parse_layer_list(layers);
  TrainingState<T> state{.model = make_model<T>({*list.input, list.layers},
                                                "categorical_crossentropy", Initializer::he, 1)};
  state.model.input = {.scale = 1.0 / 255};
  state.model.class_names = {"a", "b", "c"};
  const Network<T>& network = *state.model.network;
  const auto seed = static_cast<std::uint64_t>(step) * 3;
  fill_parameters(network, state.model.theta, seed);
  for (const std::uint64_t slot : {1, 2}) {
    state.slots.push_back(filled(network, seed + slot));
  }
  state.step = step;
  state.epoch = step / 5;
  state.cursor = step % 5 * 4;
  state.sums = {.samples = state.cursor,
                .cost = 0.1 * static_cast<double>(step),
                .correct = step,
                .seconds = 1.5};
  state.average = filled(network, seed + 100);
  if (step > 5) {
    state.last = {.epoch = 2, .loss = 1.0 / 7, .accuracy = 0.125};
    state.best = {.epoch = 1, .loss = 1.0 / 3, .accuracy = 0.25};
    state.plateau = {.best = 0.1, .bad_epochs = 3, .factor = 0.01};
    state.best_theta = filled(network, seed + 200);
  }
  return state;
}

template <class T>
bool same_bits(const AlignedBuffer<T>& a, const AlignedBuffer<T>& b) {
  return a.size() == b.size() &&
         std::memcmp(a.data(), b.data(), static_cast<std::size_t>(a.size()) * sizeof(T)) == 0;
}

/// Whether two states are the same to the last bit, padding and position included.
template <class T>
bool same_state(const TrainingState<T>& a, const TrainingState<T>& b) {
  bool is_same = same_bits(a.model.theta, b.model.theta) && a.slots.size() == b.slots.size();
  for (std::size_t s = 0; is_same && s < a.slots.size(); ++s) {
    is_same = same_bits(a.slots[s], b.slots[s]);
  }
  return is_same && a.step == b.step && a.epoch == b.epoch && a.cursor == b.cursor &&
         a.sums == b.sums && a.last == b.last && a.best == b.best && a.plateau == b.plateau &&
         same_bits(a.average, b.average) && same_bits(a.best_theta, b.best_theta);
}

}  // namespace dtheta::test
