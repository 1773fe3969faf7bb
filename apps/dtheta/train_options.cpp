#include "train_options.hpp"

#include <limits>
#include <system_error>

#include <fmt/format.h>

#include "dtheta/data/augmentation_list.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/model/model.hpp"
#include "dtheta/storage/model_file.hpp"
#include "optimisation_options.hpp"
#include "output.hpp"
#include "reading_options.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

constexpr Size unlimited = std::numeric_limits<Size>::max();

/// --scale, which has no value where the data's own holds.
Option scale_option(std::optional<double>& target) {
  return {.name = "scale",
          .placeholder = "FACTOR",
          .help =
              "what stored numbers are multiplied by on their way into the network; the model "
              "keeps it",
          .wanted = "a finite number other than 0",
          .preset = "what the data asks for, else 1/255 for uint8 and 1 for other types",
          .read =
              [&target](const std::string& value) {
                double number = 0;
                if (!read_real(value, number) || number == 0) return false;
                target = number;
                return true;
              },
          .text = [&target] { return target ? exact_text(*target) : std::string(); }};
}

/// --augment, spelt as the recipe spells it.
Option augment_option(std::string& target) {
  return {.name = "augment",
          .placeholder = "LIST",
          .help =
              "changes training samples at random, other ones in every epoch: a list such as "
              "'flip, crop 4' of flip, flip vertical, crop N, shift SHARE, rotate DEGREES, scale "
              "SHARE, brightness SHARE, contrast SHARE, cutout N, mixup ALPHA",
          .wanted = "",
          .preset = "",
          .read =
              [&target](const std::string& value) {
                target = augmentation_list_text(parse_augmentation_list(value));
                return true;
              },
          .text = [&target] { return target; }};
}

OptionGroup data_group(TrainOptions& options) {
  return {
      .title = "Data",
      .options = {
          required(path({.name = "data", .help = "data set whose train part is trained on"},
                        options.data)),
          path({.name = "test-data",
                .help = "data set whose test part (or only part) the model is tested on after "
                        "every epoch; without it the test part of --data, after the last epoch"},
               options.test_data),
          scale_option(options.preparation.scale),
          toggle({.name = "mean-std",
                  .help = "subtract the mean and divide by the standard deviation of every channel "
                          "(of a table: every column), taken over the training samples; the model "
                          "keeps them"},
                 options.preparation.is_standardized),
          real_number({.name = "validation-split",
                       .placeholder = "SHARE",
                       .help = "share of the training samples that is held out, drawn at random "
                               "by the seed, to watch the training by"},
                      options.recipe.validation_split, "from 0 to below 1",
                      [](double share) { return share >= 0 && share < 1; }),
          whole_number({.name = "shuffle-window",
                        .placeholder = "N",
                        .help = "samples that are shuffled together, in blocks of neighbours that "
                                "are shuffled too",
                        .preset = "the whole training set; of streamed samples as many as "
                                  "memory allows, up to 512 MiB"},
                       options.recipe.shuffle_window, 1, unlimited),
          augment_option(options.recipe.augment),
      }};
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
          choice({.name = "loss",
                  .help = "what is minimised",
                  .preset = "binary cross entropy for two classes, categorical for more, mean "
                            "squared error for real targets"},
                 options.loss, loss_names()),
          choice({.name = "init", .help = "how kernels begin; biases begin at zero"},
                 options.initializer, {"zeros", "he", "glorot", "uniform", "normal"}),
          choice({.name = "precision",
                  .help = "arithmetic of training",
                  .preset = "float32, or the model file's"},
                 options.precision, {"float32", "float64"}),
      }};
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
               options.metrics),
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

}  // namespace

std::vector<OptionGroup> train_groups(TrainOptions& options) {
  return {data_group(options),      reading_options(options.reading),
          model_group(options),     optimisation_options(options.recipe),
          run_options(options.run), checkpoint_options(options.checkpoints),
          output_group(options)};
}

void check_train_options(const Interface& interface, const ModelSource& model,
                         TrainOptions& options) {
  check_optimisation_options(interface, options.recipe);
  check_checkpoint_options(interface, options.checkpoints);
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
  if (options.output.empty()) options.output = default_output(model, options);
  if (options.metrics == options.output) {
    throw UsageError(fmt::format("--metrics and --output both name {}", options.output.string()));
  }
}

}  // namespace dtheta::cli
