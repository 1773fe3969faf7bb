#include "tasks.hpp"

#include <algorithm>
#include <span>
#include <stdexcept>
#include <string>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/workers.hpp"
#include "dtheta/data/dataset.hpp"
#include "dtheta/data/sample_runs.hpp"
#include "dtheta/layers/catalog.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/model/builder.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/optimizers/optimizer.hpp"
#include "dtheta/optimizers/schedule.hpp"
#include "dtheta/training/evaluation.hpp"
#include "dtheta/training/trainer.hpp"

namespace dtheta::reference {
namespace {

Shape shape_of(const nlohmann::json& extents) { return Shape(extents.get<std::vector<Size>>()); }

template <class T>
AlignedBuffer<T> buffer_of(const std::vector<double>& numbers) {
  AlignedBuffer<T> buffer(std::ssize(numbers));
  std::ranges::transform(numbers, buffer.data(), [](double n) { return static_cast<T>(n); });
  return buffer;
}

template <class T>
std::vector<double> numbers_of(std::span<const T> numbers) {
  return {numbers.begin(), numbers.end()};
}

/// Copies numbers[at], ... and moves on behind them.
template <class T>
void take(std::span<T> to, const std::vector<double>& numbers, std::size_t& at) {
  if (at + to.size() > numbers.size()) throw std::runtime_error("too few numbers");
  for (T& number : to) number = static_cast<T>(numbers[at++]);
}

/// A parameter of a layer and its derivative.
template <class T>
struct Arrays {
  Shape shape;
  AlignedBuffer<T> theta;
  AlignedBuffer<T> dtheta;
};

template <class T>
std::vector<Arrays<T>> parameters_of(const Layer<T>& layer, const Shape& input,
                                     const std::vector<double>& theta) {
  std::vector<Arrays<T>> all;
  std::size_t at = 0;
  for (const ParameterSpec& spec : layer.parameters(std::array{input})) {
    const Size size = spec.shape.size();
    all.push_back({spec.shape, AlignedBuffer<T>(size), AlignedBuffer<T>(size)});
    take(all.back().theta.span(), theta, at);
  }
  return all;
}

template <class T>
Message answer_layer(const Message& request) {
  const auto layer = make_layer<T>(parse_layer(request.settings.at("layer").get<std::string>()));
  const Shape sample = shape_of(request.settings.at("input"));
  const std::array input{sample};
  AlignedBuffer<T> x = buffer_of<T>(request.array("x")), dy = buffer_of<T>(request.array("dy"));
  const Size m = x.size() / sample.size();
  const Shape output = layer->output_shape(input).batch(m);
  if (dy.size() != output.size()) throw std::runtime_error("dy is not as the output");
  auto parameters = parameters_of(*layer, sample, request.array("theta"));
  std::vector<View<const T>> theta;
  std::vector<View<T>> dtheta;
  for (Arrays<T>& each : parameters) {
    theta.emplace_back(each.theta.data(), each.shape);
    dtheta.emplace_back(each.dtheta.data(), each.shape);
  }
  const Footprint footprint = layer->footprint(input, m);
  AlignedBuffer<T> y(output.size()), dx(x.size()), record(footprint.record),
      scratch(footprint.scratch), prepared(layer->prepared_size(input, true));
  layer->prepare(
      {.inputs = input, .theta = theta, .for_dinputs = true, .prepared = prepared.span()});
  const std::array inputs{View<const T>(x.data(), sample.batch(m))};
  layer->forward({.inputs = inputs,
                  .output = View<T>(y.data(), output),
                  .theta = theta,
                  .prepared = prepared.span(),
                  .record = record.span(),
                  .scratch = scratch.span()});
  const std::array dinputs{View<T>(dx.data(), sample.batch(m))};
  layer->backward({.inputs = inputs,
                   .output = View<const T>(y.data(), output),
                   .doutput = View<T>(dy.data(), output),
                   .dinputs = dinputs,
                   .theta = theta,
                   .prepared = prepared.span(),
                   .dtheta = dtheta,
                   .record = record.span(),
                   .scratch = scratch.span()});
  Message message{.arrays = {{"y", numbers_of<T>(y.span())}, {"dx", numbers_of<T>(dx.span())}}};
  std::vector<double>& all = message.arrays["dtheta"];
  for (const Arrays<T>& each : parameters) {
    all.insert(all.end(), each.dtheta.span().begin(), each.dtheta.span().end());
  }
  return message;
}

template <class T>
Message answer_loss(const Message& request) {
  const auto loss = make_loss<T>(request.settings.at("loss").get<std::string>());
  AlignedBuffer<T> z = buffer_of<T>(request.array("z")), y = buffer_of<T>(request.array("y"));
  const Size k = request.settings.at("width");
  const Shape shape{z.size() / k, k};
  if (y.size() != z.size()) throw std::runtime_error("y is not as z");
  AlignedBuffer<T> dz(z.size()), predictions(z.size());
  const View<const T> logits(z.data(), shape), targets(y.data(), shape);
  const double value = loss->forward_backward(logits, targets, View<T>(dz.data(), shape));
  loss->predict(logits, View<T>(predictions.data(), shape));
  return {.arrays = {{"value", {value}},
                     {"dz", numbers_of<T>(dz.span())},
                     {"predictions", numbers_of<T>(predictions.span())}}};
}

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

template <class T>
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
    const Model<T>& model = trainer.model();
    for (const View<const T> parameter : model.network->parameters(model.theta.span())) {
      theta.insert(theta.end(), parameter.span().begin(), parameter.span().end());
    }
  }
  return message;
}

template <class T>
Message answer_in(const Message& request) {
  const std::string task = request.settings.at("task");
  if (task == "layer") return answer_layer<T>(request);
  if (task == "loss") return answer_loss<T>(request);
  if (task == "training") return answer_training<T>(request);
  throw std::runtime_error("the task " + task + " is none");
}

}  // namespace

Message answer(const Message& request) {
  if (request.settings.at("task") == "names") {
    return {.settings = {{"optimizers", optimizer_names()},
                         {"schedules", schedule_names()},
                         {"losses", loss_names()}}};
  }
  return request.settings.at("precision") == "float32" ? answer_in<float>(request)
                                                       : answer_in<double>(request);
}

}  // namespace dtheta::reference
