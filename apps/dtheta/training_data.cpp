#include "training_data.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "data_part.hpp"
#include "dtheta/core/error.hpp"
#include "dtheta/data/sampler.hpp"
#include "dtheta/data/selection.hpp"
#include "dtheta/data/splits.hpp"
#include "dtheta/data/standardization.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

/// The test part, or the only part, of a file that was named to test on.
Dataset take_test(DatasetSplits& splits, const std::filesystem::path& file) {
  if (splits.test) return *std::move(splits.test);
  if (splits.train.has_value() == splits.validation.has_value()) {
    throw DataError(
        fmt::format("{} has no test part; --test-data wants a file with one, or with "
                    "one part only",
                    file.string()));
  }
  return splits.train ? *std::move(splits.train) : *std::move(splits.validation);
}

/// What the memory limit leaves for another file. Streaming keeps an eighth free.
Size memory_left(const TrainingData& data, Size limit) {
  if (!data.train.is_in_memory()) return data.train.stream_memory() / 8;
  return std::max<Size>(1, limit - data.bytes());
}

/// Chooses what is trained on and what is held out.
void select_samples(TrainingData& data, const Recipe& recipe) {
  const auto labels = data.train.labels();
  if ((recipe.stratify || recipe.balance) && !data.train.is_classification()) {
    throw UsageError(fmt::format("--{} is for data with classes; this has numbers to be predicted",
                                 recipe.stratify ? "stratify" : "balance"));
  }
  const auto strata = recipe.stratify ? labels : std::span<const std::int32_t>();
  ValidationSplit split =
      split_for_validation(recipe.seed, data.train.size(), recipe.validation_split, strata);
  data.samples = std::move(split.training);
  data.held_out = std::move(split.validation);
  const auto count = static_cast<Size>(data.samples.size());
  if (recipe.subset > count) {
    throw UsageError(
        fmt::format("--subset {}: there are {} training samples", recipe.subset, grouped(count)));
  }
  if (recipe.subset > 0) {
    Philox random(recipe.seed, Purpose::subset, 0, 0);
    data.samples = draw_samples(data.samples, recipe.subset, strata, random);
  }
  if (recipe.balance) data.samples = balanced_samples(data.samples, labels, recipe.seed);
}

}  // namespace

const std::vector<std::string>& TrainingData::class_names() const {
  const bool is_test_better =
      test && test->classes() == train.classes() && !has_names(train.class_names());
  return is_test_better ? test->class_names() : train.class_names();
}

Size TrainingData::bytes() const {
  Size sum = train.resident_bytes();
  if (validation) sum += validation->resident_bytes();
  if (test) sum += test->resident_bytes();
  return sum;
}

template <std::floating_point T>
std::optional<Evaluation> TrainingData::validate(const Model<T>& model, Workers& workers) const {
  if (validation) return evaluate(model, *validation, workers);
  if (!held_out.empty()) return evaluate(model, train, held_out, workers);
  return std::nullopt;
}

TrainingData read_training_data(const std::filesystem::path& data,
                                const std::filesystem::path& test_data,
                                const DatasetReading& reading, const PreparationChoice& preparation,
                                const Recipe& recipe) {
  DatasetSplits splits = read_dataset(data, reading);
  if (!splits.train) {
    throw DataError(data.string() + " has no train part; is it the data to test on?");
  }
  if (splits.validation && recipe.validation_split > 0) {
    throw UsageError(fmt::format(
        "--validation-split {} and --data {} contradict each other: the file has a validation part",
        recipe.validation_split, data.string()));
  }
  const InputPreparation input = splits.preparation_of(splits.train->type());
  TrainingData result{.train = *std::move(splits.train),
                      .input = input,
                      .samples = {},
                      .held_out = {},
                      .validation = std::move(splits.validation),
                      .test = std::move(splits.test),
                      .test_file = data,
                      .test_input = input};
  if (!test_data.empty()) {
    DatasetReading rest = reading;
    rest.memory_limit = memory_left(result, reading.memory_limit);
    DatasetSplits other = read_dataset(test_data, rest);
    result.test = take_test(other, test_data);
    result.test_file = test_data;
    result.test_input = other.preparation_of(result.test->type());
  }
  select_samples(result, recipe);
  if (!recipe.sample_weights.empty()) {
    result.train = std::move(result.train)
                       .weighted_by(read_sample_weights(data, recipe.sample_weights,
                                                        result.train.size(), reading.sandbox));
  }
  if (preparation.scale) result.input.scale = result.test_input.scale = *preparation.scale;
  if (preparation.is_standardized) {
    result.input = standardization_of(result.train, result.samples, result.input.scale);
  }
  return result;
}

template std::optional<Evaluation> TrainingData::validate(const Model<float>&, Workers&) const;
template std::optional<Evaluation> TrainingData::validate(const Model<double>&, Workers&) const;

}  // namespace dtheta::cli
