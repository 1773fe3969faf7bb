#include "workload.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "data_part.hpp"
#include "dtheta/benchmark/random_data.hpp"
#include "dtheta/model/builder.hpp"
#include "dtheta/storage/model_file.hpp"
#include "model_without_data.hpp"

namespace dtheta::cli {
namespace {

DataTraits traits_of(const Model<float>& model) {
  const Size outputs = model.network->output_shape().size();
  const bool is_regression = model.loss == "mean_squared_error";
  return {.sample_shape = model.network->input_shape(),
          .classes = is_regression ? 0 : std::max<Size>(2, outputs),
          .values_per_sample = is_regression ? outputs : 0};
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
    const DataTraits traits = loaded ? traits_of(*loaded) : traits_without_data(source);
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
