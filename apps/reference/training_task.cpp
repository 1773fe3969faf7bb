#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>

#include "dtheta/core/workers.hpp"
#include "dtheta/data/dataset.hpp"
#include "dtheta/data/sample_runs.hpp"
#include "dtheta/model/builder.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/training/evaluation.hpp"
#include "dtheta/training/trainer.hpp"
#include "numbers.hpp"
#include "tasks.hpp"

namespace dtheta::reference {
namespace {

/// The samples, in double, which both precisions are rounded from.
Dataset data_of(const Message& request) {
  const Shape sample = shape_of(request.settings.at("input"));
  const std::vector<double>& x = request.array("x");
  AlignedBuffer<std::byte> bytes(static_cast<Size>(std::span(x).size_bytes()));
  std::ranges::copy(std::as_bytes(std::span(x)), bytes.data());
  if (request.arrays.contains("labels")) {
    std::vector<std::int32_t> labels;
    for (const double label : request.array("labels")) {
      labels.push_back(static_cast<std::int32_t>(label));
    }
    std::vector<std::string> names;
    for (int k = 0; k < request.settings.at("classes").get<int>(); ++k) {
      names.push_back(std::to_string(k));
    }
    return {ElementType::float64, sample, std::move(bytes), std::move(labels), std::move(names)};
  }
  const std::vector<double>& values = request.array("values");
  return {ElementType::float64, sample, std::move(bytes), buffer_of<double>(values),
          std::ssize(values) / (std::ssize(x) / sample.size())};
}

/// The recipe, what is not said as dtheta has it; one batch an epoch.
Recipe recipe_of(const Message& request, Size samples) {
  nlohmann::ordered_json recipe = to_json(Recipe());
  for (const auto& [key, value] : request.settings.at("recipe").items()) {
    if (!recipe.contains(key)) throw std::runtime_error("no recipe has " + key);
    recipe[key] = value;
  }
  recipe["batch_size"] = samples;
  recipe["epochs"] = request.settings.at("steps");
  return recipe_from_json(recipe);
}

template <class T>
Model<T> model_of(const Message& request, const Dataset& data) {
  NetworkChoice choice = choose_network(request.settings.at("layers").get<std::string>(),
                                        {.sample_shape = data.sample_shape(),
                                         .classes = data.classes(),
                                         .values_per_sample = data.values_per_sample()},
                                        request.settings.at("loss").get<std::string>());
  Model<T> model =
      make_model<T>(std::move(choice.spec), std::move(choice.loss), Initializer::zeros, 1);
  model.class_names = data.class_names();
  std::size_t at = 0;
  for (const View<T> parameter : model.network->parameters(model.theta.span())) {
    take(parameter.span(), request.array("theta"), at);
  }
  return model;
}

}  // namespace

template <std::floating_point T>
Message answer_training(const Message& request) {
  const Dataset data = data_of(request);
  Workers workers(1);
  Trainer<T> trainer(model_of<T>(request, data), recipe_of(request, data.size()), data,
                     all_samples(data), workers);
  Message message;
  const AlignedBuffer<T> predictions = predict(trainer.model(), data, workers);
  message.arrays["predictions"] = numbers_of<T>(predictions.span());
  std::vector<double>& costs = message.arrays["costs"];
  std::vector<double>& theta = message.arrays["theta"];
  for (int step = 0; step < request.settings.at("steps").get<int>(); ++step) {
    costs.push_back(trainer.step().cost);
    if (trainer.needs_notes()) trainer.note_epoch(costs.back(), 0);
    const Model<T>& model = trainer.model();
    for (const View<const T> parameter : model.network->parameters(model.theta.span())) {
      theta.insert(theta.end(), parameter.span().begin(), parameter.span().end());
    }
  }
  return message;
}

template Message answer_training<float>(const Message&);
template Message answer_training<double>(const Message&);

}  // namespace dtheta::reference
