#include "train_options.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <system_error>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "data_options.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/storage/model_file.hpp"
#include "dtheta/training/class_weights.hpp"
#include "optimisation_options.hpp"
#include "output.hpp"
#include "reading_options.hpp"
#include "schedule_options.hpp"
#include "stopping_options.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

constexpr Size unlimited = std::numeric_limits<Size>::max();

/// --loss, which may have a number after its name.
Option loss_option(std::string& target) {
  return {.name = "loss",
          .placeholder = "NAME",
          .help = "what is minimised; 'huber 0.5' is squared up to 0.5 instead of 1",
          .wanted = fmt::format("{}", fmt::join(loss_names(), ", ")),
          .preset =
              "binary cross entropy for two classes, categorical for more, mean squared "
              "error for real targets",
          .read =
              [&target](const std::string& value) {
                target = make_loss<double>(value)->name();
                return true;
              },
          .text = [&target] { return target; }};
}

/// --class-weights, spelt as the recipe spells them.
Option class_weights_option(std::string& target) {
  return {.name = "class-weights",
          .placeholder = "LIST",
          .help =
              "what the samples of a class count in the loss, such as '0:1, 1:5', by number or "
              "name, 1 where not named; balanced: as much as any other class",
          .wanted = "",
          .preset = "1 for all",
          .read =
              [&target](const std::string& value) {
                target = spelt_class_weights(value);
                return true;
              },
          .text = [&target] { return target; }};
}

OptionGroup model_group(TrainOptions& options) {
  return {
      .title = "Model",
      .options = {
          required(free_text({.name = "model",
                              .placeholder = "MODEL",
                              .help = "a name that dtheta models lists; a model file, to start "
                                      "from its weights; a layer list such as 'flatten, dense 64, "
                                      "relu, dense 10'; or a text file with a layer list"},
                             options.model)),
          free_text({.name = "head",
                     .placeholder = "LAYERS",
                     .help = "of a model file: a layer list that takes the place of its last layer "
                             "with parameters and what follows that"},
                    options.head),
          free_text({.name = "freeze",
                     .placeholder = "NAMES",
                     .help = "layers whose parameters stay as they are, as dtheta inspect names "
                             "them: 'conv_1, conv_2', 'conv_*', '..conv_2' for all up to that one, "
                             "'none'",
                     .preset = "those that the model file has frozen"},
                    options.frozen),
          loss_option(options.loss),
          real_number({.name = "label-smoothing",
                       .placeholder = "SHARE",
                       .help = "what a training target gives away to all classes alike; for the "
                               "cross entropies"},
                      options.recipe.label_smoothing, "from 0 to below 1",
                      [](double share) { return share >= 0 && share < 1; }),
          class_weights_option(options.recipe.class_weights),
          choice({.name = "init", .help = "how kernels begin; biases begin at zero"},
                 options.initializer, {"zeros", "he", "glorot", "uniform", "normal"}),
          choice({.name = "precision",
                  .help = "arithmetic of training",
                  .preset = "float32, or the model file's"},
                 options.precision, {"float32", "float64"}),
      }};
}

/// --metrics-every, which has no value where only epochs are told of.
Option metrics_every_option(Size& steps) {
  Option option =
      whole_number({.name = "metrics-every",
                    .placeholder = "STEPS",
                    .help = "steps after which --metrics also gets an object of that step: epoch, "
                            "step, samples, loss, accuracy",
                    .preset = "epochs only"},
                   steps, 1, unlimited);
  option.text = [&steps] { return steps == 0 ? std::string() : std::to_string(steps); };
  return option;
}

OptionGroup output_group(TrainOptions& options) {
  return {
      .title = "Output",
      .options = {
          path({.name = "output",
                .help = "model file to write, replaced if it exists",
                .preset = "MODEL-DATA.h5, such as lenet5-mnist.h5"},
               options.output),
          path({.name = "metrics",
                .help = "file to write one JSON object an epoch to: epoch, loss, accuracy, "
                        "validation_... and test_... where they were taken, samples_per_second, "
                        "seconds"},
               options.metrics.file),
          metrics_every_option(options.metrics.every),
          toggle({.name = "statistics",
                  .help = "adds to each object of --metrics the mean, std, min, max and norm of "
                          "theta and of the last step's dtheta, parameter by parameter"},
                 options.metrics.has_statistics),
          json_option(options.is_json),
          path({.name = "config",
                .help = "INI file with lines 'option = value', such as 'batch-size = 64'"},
               options.config),
          toggle(
              {.name = "dry-run",
               .help = "print the configuration (an INI file) and the memory it needs, and train "
                       "nothing"},
              options.is_dry_run),
      }};
}

/// "lenet5-mnist.h5". Throws UsageError rather than replace what is not a trained model, or the
/// model that the training starts from.
std::filesystem::path default_output(const ModelSource& model, const TrainOptions& options) {
  const std::filesystem::path name =
      fmt::format("{}-{}.h5", model.name, options.data.stem().string());
  std::error_code ignored;
  const bool is_start =
      model.kind == ModelKind::file && std::filesystem::equivalent(name, model.file, ignored);
  if (is_start ||
      (std::filesystem::exists(name) && !is_model_file(name, options.reading.sandbox))) {
    throw UsageError(fmt::format("{} would be replaced; name --output", name.string()));
  }
  return name;
}

void check_metrics(const TrainOptions& options) {
  const MetricsChoice& metrics = options.metrics;
  if (metrics.file == options.output) {
    throw UsageError(fmt::format("--metrics and --output both name {}", options.output.string()));
  }
  if (!metrics.file.empty()) return;
  if (metrics.every > 0) {
    throw UsageError(fmt::format("--metrics-every {} needs --metrics FILE", metrics.every));
  }
  if (metrics.has_statistics) throw UsageError("--statistics needs --metrics FILE");
}

}  // namespace

std::vector<OptionGroup> train_groups(TrainOptions& options) {
  return {data_options(options),
          reading_options(options.reading),
          model_group(options),
          optimisation_options(options.recipe),
          schedule_options(options.recipe.schedule),
          stopping_options(options.recipe, options.time_limit),
          run_options(options.run),
          checkpoint_options(options.checkpoints),
          output_group(options)};
}

std::vector<OptionGroup> trial_groups(TrainOptions& options) {
  std::vector<OptionGroup> groups{data_options(options), reading_options(options.reading),
                                  model_group(options), optimisation_options(options.recipe),
                                  run_options(options.run)};
  constexpr std::array left_out{"test-data", "validation-split", "epochs", "learning-rate", "ema"};
  for (OptionGroup& group : groups) {
    std::erase_if(group.options, [&](const Option& option) {
      return std::ranges::find(left_out, option.name) != left_out.end();
    });
  }
  return groups;
}

void check_trial_options(const Interface& interface, const ModelSource& model,
                         TrainOptions& options) {
  check_optimisation_options(interface, options.recipe);
  check_data_options(options.recipe);
  if (model.kind != ModelKind::file && !options.head.empty()) {
    throw UsageError(fmt::format(
        "--head and --model {} contradict each other: a head is put on a model file's trunk",
        options.model));
  }
  if (model.kind == ModelKind::file && options.head.empty() && interface.is_given("init")) {
    throw UsageError(fmt::format(
        "--init {} and --model {} contradict each other: the file's weights are the first",
        options.initializer, options.model));
  }
  options.recipe.initializer = parse_initializer(options.initializer);
}

void check_train_options(const Interface& interface, const ModelSource& model,
                         TrainOptions& options) {
  check_trial_options(interface, model, options);
  check_schedule_options(interface, options.recipe.schedule);
  check_checkpoint_options(interface, options.checkpoints);
  if (options.output.empty()) options.output = default_output(model, options);
  check_metrics(options);
}

}  // namespace dtheta::cli
