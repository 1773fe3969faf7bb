#include "training_report.hpp"

#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/version.hpp"
#include "dtheta/storage/model_file.hpp"
#include "evaluation_text.hpp"
#include "metrics_file.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

/// "3 epochs".
std::string counted(Size count, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(count), noun, plural(count));
}

/// Whose loss decides which epoch is the best.
std::string_view noted_part(const Outcome& outcome) {
  return outcome.last.validation ? "validation" : "training";
}

/// "lenet5.h5", "lenet5.h5, the average with decay 0.999, of epoch 7".
template <std::floating_point T>
std::string saved_text(const Trainer<T>& trainer, const std::filesystem::path& output) {
  const Recipe& recipe = trainer.recipe();
  std::string text = output.string();
  if (recipe.ema > 0) text += fmt::format(", the average with decay {}", recipe.ema);
  const auto& best = trainer.state().best;
  if (recipe.keep_best && best) text += fmt::format(", of epoch {}", best->epoch);
  return text;
}

/// "128 samples", "2 batches of 128 samples".
std::string step_text(const Recipe& recipe) {
  const std::string batch = counted(recipe.batch_size, "sample");
  if (recipe.accumulate == 1) return batch;
  return fmt::format("{} batches of {}", grouped(recipe.accumulate), batch);
}

}  // namespace

nlohmann::ordered_json provenance(const BlasFacts& blas, const TrainOptions& options,
                                  const ModelSource& source, const TrainingData& data) {
  const bool is_file = source.kind == ModelKind::file;
  return {{"dtheta", version()},
          {"compiler", compiler()},
          {"kernels", blas.kernels},
          {"blas", blas.version},
          {"blas_core", blas.core},
          {"model", is_file ? source.file.filename().string() : source.layers},
          {"data",
           {{"file", options.data.filename().string()},
            {"samples", data.train.size()},
            {"shape", data.train.sample_shape().text()},
            {"type", element_name(data.train.type())},
            {"classes", data.train.classes()}}}};
}

template <std::floating_point T>
MemoryPlan memory_plan(const Trainer<T>& trainer, const TrainingData& data, Size threads) {
  const Model<T>& model = trainer.model();
  MemoryPlan plan{.parameters = model.network->parameter_count(),
                  .theta_bytes = model.theta.size() * static_cast<Size>(sizeof(T)),
                  .slots = static_cast<Size>(trainer.state().slots.size()),
                  .arrays = trainer.array_count(),
                  .shards = trainer.recipe().shards,
                  .threads = threads,
                  .workspace_bytes = 0,
                  .data_bytes = 0,
                  .feed_bytes = 0};
  plan.workspace_bytes = (trainer.bytes() - plan.total()) / threads;
  plan.data_bytes = data.bytes();
  plan.feed_bytes = trainer.feed_bytes();
  return plan;
}

template <std::floating_point T>
std::string announcement(std::string_view name, const Trainer<T>& trainer, const TrainingData& data,
                         Size threads) {
  const Recipe& recipe = trainer.recipe();
  std::string text = fmt::format("{}: {}, on {}\n{} of {} of {} in {}", name,
                                 counted(trainer.model().network->parameter_count(), "parameter"),
                                 counted(threads, "thread"), counted(recipe.epochs, "epoch"),
                                 counted(trainer.steps_per_epoch(), "step"), step_text(recipe),
                                 counted(recipe.shards, "shard"));
  if (!data.train.is_in_memory()) {
    text += fmt::format(
        "\n{} streamed: {} of samples are beyond --memory-limit; shuffled in "
        "windows of {}",
        data.train.reader().name(), bytes_text(data.train.bytes()),
        counted(recipe.shuffle_window, "sample"));
  }
  return text;
}

template <std::floating_point T>
std::string report_text(const Trainer<T>& trainer, const TrainingData& data, const Outcome& outcome,
                        const TrainOptions& options) {
  const EpochReport& training = outcome.last.training;
  std::vector<std::vector<std::string>> rows{
      {"training", data.train.is_classification()
                       ? fmt::format("loss {:.4f}, accuracy {} over the last epoch", training.loss,
                                     percent_text(training.accuracy))
                       : fmt::format("loss {:.6g} over the last epoch", training.loss)}};
  if (const auto& found = outcome.last.validation) {
    rows.push_back({"validation", evaluation_line(*found)});
  }
  if (const auto& found = outcome.last.test) rows.push_back({"test", evaluation_line(*found)});
  if (const auto& best = trainer.state().best) {
    rows.push_back({"best", fmt::format("{} loss {:.6g} after epoch {}", noted_part(outcome),
                                        best->loss, best->epoch)});
  }
  if (outcome.samples > 0) {  // none where no epoch was left
    rows.push_back({"time", fmt::format("{}, {} samples/s", duration_text(outcome.seconds),
                                        grouped(std::llround(outcome.samples_per_second())))});
  }
  rows.push_back({"theta_sha256", theta_sha256(trainer.result())});
  rows.push_back({"saved", saved_text(trainer, options.output)});
  const std::filesystem::path& tested = data.test ? data.test_file : options.data;
  return fmt::format("{}\nNext: dtheta evaluate --model {} --data {}\n",
                     table_text(rows, {Align::left, Align::left}), options.output.string(),
                     tested.string());
}

template <std::floating_point T>
nlohmann::ordered_json report_json(const Trainer<T>& trainer, const TrainingData& data,
                                   const Outcome& outcome, const TrainOptions& options,
                                   const Runtime& runtime) {
  nlohmann::ordered_json json{
      {"output", options.output.string()},
      {"theta_sha256", theta_sha256(trainer.result())},
      {"parameters", trainer.model().network->parameter_count()},
      {"precision", precision_name(sizeof(T) == 8 ? Precision::float64 : Precision::float32)},
      {"threads", runtime.threads},
      {"kernels", runtime.blas.kernels},
      {"recipe", to_json(trainer.recipe())}};
  json.update(figures_json(outcome.last, data.train.is_classification()));
  if (const auto& best = trainer.state().best) {
    json["best_epoch"] = best->epoch;
    json[fmt::format("best_{}_loss", noted_part(outcome))] = best->loss;
  }
  json["samples_per_second"] = outcome.samples_per_second();
  json["seconds"] = outcome.seconds;
  return json;
}

template MemoryPlan memory_plan(const Trainer<float>&, const TrainingData&, Size);
template MemoryPlan memory_plan(const Trainer<double>&, const TrainingData&, Size);
template std::string announcement(std::string_view, const Trainer<float>&, const TrainingData&,
                                  Size);
template std::string announcement(std::string_view, const Trainer<double>&, const TrainingData&,
                                  Size);
template std::string report_text(const Trainer<float>&, const TrainingData&, const Outcome&,
                                 const TrainOptions&);
template std::string report_text(const Trainer<double>&, const TrainingData&, const Outcome&,
                                 const TrainOptions&);
template nlohmann::ordered_json report_json(const Trainer<float>&, const TrainingData&,
                                            const Outcome&, const TrainOptions&, const Runtime&);
template nlohmann::ordered_json report_json(const Trainer<double>&, const TrainingData&,
                                            const Outcome&, const TrainOptions&, const Runtime&);

}  // namespace dtheta::cli
