#include "data_options.hpp"

#include <limits>
#include <optional>
#include <string>

#include "dtheta/core/error.hpp"
#include "dtheta/data/augmentation_list.hpp"
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

/// --subset, which has no value where all samples are used.
Option subset_option(Size& target) {
  Option option =
      whole_number({.name = "subset",
                    .placeholder = "N",
                    .help = "train on N of the training samples, drawn at random by the "
                            "seed",
                    .preset = "all"},
                   target, 1, unlimited);
  option.text = [&target] { return target == 0 ? std::string() : std::to_string(target); };
  return option;
}

}  // namespace

OptionGroup data_options(TrainOptions& options) {
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
          toggle({.name = "stratify",
                  .help = "what is held out, and --subset, have each class in its share"},
                 options.recipe.stratify),
          subset_option(options.recipe.subset),
          toggle({.name = "balance",
                  .help = "repeat the samples of rarer classes until all classes are trained on "
                          "equally often"},
                 options.recipe.balance),
          free_text({.name = "sample-weights",
                     .placeholder = "PATH",
                     .help = "the place in the data file, such as /train/weights, of what each "
                             "training sample counts in the loss; 1 each without it"},
                    options.recipe.sample_weights),
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

void check_data_options(const Recipe& recipe) {
  if (!recipe.stratify || recipe.validation_split > 0 || recipe.subset > 0) return;
  throw UsageError(
      "--stratify wants --validation-split or --subset: it says how samples are drawn for them");
}

}  // namespace dtheta::cli
