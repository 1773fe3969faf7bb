#include "workload.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "data_part.hpp"
#include "dtheta/benchmark/random_data.hpp"
#include "dtheta/core/error.hpp"
#include "dtheta/model/builder.hpp"
#include "dtheta/model/zoo.hpp"
#include "dtheta/storage/model_file.hpp"

namespace dtheta::cli {
namespace {

/// As a classification: a single output tells two classes apart.
DataTraits classes_for(const Shape& input, Size outputs) {
  return {.sample_shape = input, .classes = outputs == 1 ? 2 : outputs, .values_per_sample = 0};
}

DataTraits traits_of(const Model<float>& model) {
  const Size outputs = model.network->output_shape().size();
  if (model.loss != "mean_squared_error") return classes_for(model.network->input_shape(), outputs);
  return {.sample_shape = model.network->input_shape(), .classes = 0, .values_per_sample = outputs};
}

/// What a name or a layer list asks of random data.
DataTraits traits_of(const ModelSource& source) {
  if (const ZooEntry* entry = find_in_zoo(source.layers)) {
    return classes_for(entry->natural_input, entry->natural_outputs);
  }
  LayerList list = parse_layer_list(source.layers);
  if (!list.input) {
    throw UsageError(
        "the layer list does not say its input, and there is no --data: begin it with the shape of "
        "a sample, such as 'input 28x28x1, ...'");
  }
  const Network<float> network({.input = *list.input, .layers = std::move(list.layers)});
  return classes_for(*list.input, network.output_shape().size());
}

/// Four batches or more, so that what is gathered is not what was gathered before; 8192 samples
/// unless they need more than 64 MiB.
Size samples_for(const Shape& sample, Size batch_size) {
  constexpr Size most_numbers = Size{64} << 20;
  return std::max(4 * batch_size, std::min<Size>(8192, most_numbers / sample.size()));
}

}  // namespace

Workload make_workload(const ModelSource& source, const std::filesystem::path& file,
                       Size batch_size) {
  std::optional<Model<float>> loaded;
  if (source.kind == ModelKind::file) loaded = load_model<float>(source.file).model;
  const auto make_data = [&] {
    if (!file.empty()) return read_part(file, {}, "train").data;
    const DataTraits traits = loaded ? traits_of(*loaded) : traits_of(source);
    return random_data(traits, samples_for(traits.sample_shape, batch_size));
  };
  Dataset data = make_data();
  if (loaded) {
    check_fit(*loaded, data, file);
    return {.model = *std::move(loaded), .data = std::move(data)};
  }
  NetworkChoice choice = choose_network(source.layers,
                                        {.sample_shape = data.sample_shape(),
                                         .classes = data.classes(),
                                         .values_per_sample = data.values_per_sample()},
                                        "");
  Model<float> model =
      make_model<float>(std::move(choice.spec), std::move(choice.loss), Initializer::he, 1);
  model.input = default_preparation(data.type());
  check_fit(model, data, file);
  return {.model = std::move(model), .data = std::move(data)};
}

}  // namespace dtheta::cli
