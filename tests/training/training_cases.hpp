/// Small data sets and networks that the training tests share.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dtheta/core/random.hpp"
#include "dtheta/data/dataset.hpp"
#include "dtheta/data/sample_runs.hpp"
#include "dtheta/model/builder.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/training/trainer.hpp"

namespace dtheta::test {

/// n random uint8 samples with random labels.
inline Dataset random_classes(Size n, const Shape& shape, Size classes, std::uint64_t seed = 1) {
  Philox random(seed, Purpose::input, 0, 0);
  AlignedBuffer<std::byte> x(n * shape.size());
  for (std::byte& number : x.span()) number = static_cast<std::byte>(random.below(256));
  std::vector<std::int32_t> labels;
  for (Size i = 0; i < n; ++i) labels.push_back(static_cast<std::int32_t>(random.below(classes)));
  std::vector<std::string> names;
  for (Size i = 0; i < classes; ++i) names.push_back("class " + std::to_string(i));
  return {ElementType::uint8, shape, std::move(x), std::move(labels), std::move(names)};
}

/// n random uint8 samples with k random real targets each.
inline Dataset random_values(Size n, const Shape& shape, Size k, std::uint64_t seed = 1) {
  Philox random(seed, Purpose::input, 1, 0);
  AlignedBuffer<std::byte> x(n * shape.size());
  for (std::byte& number : x.span()) number = static_cast<std::byte>(random.below(256));
  AlignedBuffer<double> values(n * k);
  for (double& value : values.span()) value = random.uniform(-1, 1);
  return {ElementType::uint8, shape, std::move(x), std::move(values), k};
}

/// A model of that layer list for that data, He-initialized unless told otherwise.
template <std::floating_point T>
Model<T> model_for(const Dataset& data, std::string_view layers, std::string_view loss = "",
                   Initializer initializer = Initializer::he) {
  NetworkChoice choice = choose_network(layers,
                                        {.sample_shape = data.sample_shape(),
                                         .classes = data.classes(),
                                         .values_per_sample = data.values_per_sample()},
                                        loss);
  Model<T> model = make_model<T>(std::move(choice.spec), std::move(choice.loss), initializer, 1);
  model.input = default_preparation(data.type());
  model.class_names = data.class_names();
  return model;
}

using dtheta::all_samples;

/// Plain gradient descent at a constant rate, the whole set at once: what a textbook writes down.
inline Recipe plain_descent(double learning_rate) {
  return {.epochs = 1,
          .batch_size = 0,
          .optimizer = {.name = "sgd"},
          .learning_rate = learning_rate,
          .schedule = {.name = "constant"}};
}

/// θ without the padding between parameters.
template <std::floating_point T>
std::vector<T> numbers_of(const Model<T>& model) {
  std::vector<T> numbers;
  for (std::size_t p = 0; p < model.network->parameters().size(); ++p) {
    const auto parameter = model.network->parameter(model.theta.span(), p).span();
    numbers.insert(numbers.end(), parameter.begin(), parameter.end());
  }
  return numbers;
}

}  // namespace dtheta::test
