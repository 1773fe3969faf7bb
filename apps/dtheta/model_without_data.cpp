#include "model_without_data.hpp"

#include <limits>
#include <utility>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/model/network.hpp"
#include "dtheta/model/zoo.hpp"
#include "dtheta/storage/model_file.hpp"

namespace dtheta::cli {
namespace {

/// As a classification: a single output tells two classes apart.
DataTraits classes_for(const Shape& input, Size outputs) {
  return {.sample_shape = input, .classes = outputs == 1 ? 2 : outputs, .values_per_sample = 0};
}

[[noreturn]] void refuse(std::string_view option, const std::string& value,
                         const ModelSource& source, std::string_view why) {
  throw UsageError(fmt::format("--{} {} and the model {} contradict each other: {}", option, value,
                               source.name, why));
}

Option shape_option(std::optional<Shape>& target) {
  return {.name = "input-shape",
          .placeholder = "SHAPE",
          .help = "shape of a sample",
          .wanted = "a shape such as 28x28x1 or 10",
          .preset = "what a named network was made for, or what the layer list begins with",
          .read =
              [&target](const std::string& value) {
                target = parse_shape(value);
                return true;
              },
          .text = [&target] { return target ? target->text() : std::string(); }};
}

Option outputs_option(Size& target) {
  Option option = whole_number({.name = "outputs",
                                .placeholder = "N",
                                .help = "outputs of a named network",
                                .preset = "what it was made for"},
                               target, 1, std::numeric_limits<Size>::max());
  option.text = [&target] { return target == 0 ? std::string() : std::to_string(target); };
  return option;
}

}  // namespace

std::vector<Option> sample_options(SampleChoice& choice) {
  return {shape_option(choice.input), outputs_option(choice.outputs),
          cli::choice({.name = "loss",
                       .help = "what is minimised",
                       .preset = "binary cross entropy for one output, categorical for more; or "
                                 "the model file's"},
                      choice.loss, loss_names())};
}

DataTraits traits_without_data(const ModelSource& source, const SampleChoice& choice) {
  if (const ZooEntry* entry = find_in_zoo(source.layers)) {
    return classes_for(choice.input.value_or(entry->natural_input),
                       choice.outputs == 0 ? entry->natural_outputs : choice.outputs);
  }
  if (choice.outputs > 0) {
    refuse("outputs", std::to_string(choice.outputs), source, "its last layer says how many");
  }
  LayerList list = parse_layer_list(source.layers);
  if (!list.input && !choice.input) {
    throw UsageError(
        "the layer list does not say its input, and there is no data: begin it with the shape of "
        "a sample, such as 'input 28x28x1, ...'");
  }
  if (list.input && choice.input && *list.input != *choice.input) {
    refuse("input-shape", choice.input->text(), source, "its list begins with another input");
  }
  const Shape input = list.input.value_or(choice.input.value_or(Shape()));
  const Network<float> network({.input = input, .layers = std::move(list.layers)});
  return classes_for(input, network.output_shape().size());
}

template <std::floating_point T>
Model<T> model_without_data(const ModelSource& source, const SampleChoice& choice,
                            std::uint64_t seed, const std::optional<Sandbox>& sandbox) {
  if (source.kind == ModelKind::file) {
    if (choice.input) refuse("input-shape", choice.input->text(), source, "the file says it");
    if (choice.outputs > 0) {
      refuse("outputs", std::to_string(choice.outputs), source, "the file says it");
    }
    Model<T> model = load_model<T>(source.file, sandbox).model;
    if (!choice.loss.empty()) model.loss = choice.loss;
    return model;
  }
  NetworkChoice network =
      choose_network(source.layers, traits_without_data(source, choice), choice.loss);
  return make_model<T>(std::move(network.spec), std::move(network.loss), Initializer::he, seed);
}

template Model<float> model_without_data(const ModelSource&, const SampleChoice&, std::uint64_t,
                                         const std::optional<Sandbox>&);
template Model<double> model_without_data(const ModelSource&, const SampleChoice&, std::uint64_t,
                                          const std::optional<Sandbox>&);

}  // namespace dtheta::cli
