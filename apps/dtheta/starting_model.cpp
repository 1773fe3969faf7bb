#include "starting_model.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "data_part.hpp"
#include "dtheta/model/builder.hpp"
#include "dtheta/model/transfer.hpp"

namespace dtheta::cli {
namespace {

DataTraits traits_of(const Dataset& data) {
  return {.sample_shape = data.sample_shape(),
          .classes = data.classes(),
          .values_per_sample = data.values_per_sample()};
}

template <std::floating_point T>
Model<T> loaded_model(const ModelSource& source, const TrainOptions& options,
                      const TrainingData& data, const Console& console) {
  StoredModel<T> stored = load_model_for<T>(data.input, source.file, options.reading.sandbox);
  for (const std::string& layer : stored.left_out) {
    console.warn(fmt::format("{} of {} acts in training only; this training goes without it", layer,
                             source.file.string()));
  }
  Model<T> model = std::move(stored.model);
  if (!options.head.empty()) {
    NetworkChoice grown =
        choose_network(layer_list_text(with_head(model.network->spec(), options.head)),
                       traits_of(data.train), options.loss);
    model.loss = std::move(grown.loss);
    model.class_names = data.class_names();
    model = with_new_head(model, grown.spec, options.recipe.initializer, options.recipe.seed);
  }
  const PreparationChoice& wanted = options.preparation;
  if ((wanted.scale || wanted.is_standardized) && model.input != data.input) {
    throw UsageError(fmt::format(
        "--{} and --model {} contradict each other: the file's weights expect its own preparation",
        wanted.scale ? "scale" : "mean-std", source.file.string()));
  }
  if (!options.loss.empty() && options.head.empty()) {
    model.loss =
        choose_network(layer_list_text(model.network->spec()), traits_of(data.train), options.loss)
            .loss;
  }
  check_fit(model, data.train, options.data);
  warn_of_doubtful_fit(model, data.train, data.input, console);
  if (has_names(data.class_names())) model.class_names = data.class_names();
  if (!options.frozen.empty()) model = with_frozen(std::move(model), options.frozen);
  return model;
}

/// Zeros leave the units of a hidden layer equal for ever: they all get the same gradient.
template <std::floating_point T>
void warn_of_zeros(const Model<T>& model, Initializer initializer, const Console& console) {
  const auto kernels = std::ranges::count_if(model.network->parameters(),
                                             [](const Parameter& p) { return p.spec.is_kernel(); });
  if (initializer == Initializer::zeros && kernels > 1) {
    console.warn(
        "--init zeros suits a network of one layer; in a deeper one all units of a layer "
        "stay equal");
  }
}

}  // namespace

Precision training_precision(const ModelSource& source, const Interface& interface,
                             const TrainOptions& options, const Console& console) {
  const Precision wanted = parse_precision(options.precision);
  if (source.kind != ModelKind::file) return wanted;
  const Precision stored = stored_precision(source.file, options.reading.sandbox);
  if (!interface.is_given("precision")) return stored;
  if (stored != wanted) {
    console.note(fmt::format("the weights of {} are converted from {} to {}", source.file.string(),
                             precision_name(stored), precision_name(wanted)));
  }
  return wanted;
}

template <std::floating_point T>
Model<T> starting_model(const ModelSource& source, const TrainOptions& options,
                        const TrainingData& data, const Console& console) {
  if (source.kind == ModelKind::file) return loaded_model<T>(source, options, data, console);
  NetworkChoice choice = choose_network(source.layers, traits_of(data.train), options.loss);
  Model<T> model = make_model<T>(std::move(choice.spec), std::move(choice.loss),
                                 options.recipe.initializer, options.recipe.seed);
  model.input = data.input;
  model.class_names = data.class_names();
  check_fit(model, data.train, options.data);
  warn_of_zeros(model, options.recipe.initializer, console);
  if (!options.frozen.empty()) model = with_frozen(std::move(model), options.frozen);
  return model;
}

template Model<float> starting_model(const ModelSource&, const TrainOptions&, const TrainingData&,
                                     const Console&);
template Model<double> starting_model(const ModelSource&, const TrainOptions&, const TrainingData&,
                                      const Console&);

}  // namespace dtheta::cli
