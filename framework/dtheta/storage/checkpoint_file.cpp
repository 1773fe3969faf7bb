#include "dtheta/storage/checkpoint_file.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "dtheta/optimizers/optimizer.hpp"
#include "dtheta/storage/atomic_file.hpp"
#include "dtheta/storage/checkpoint_seal.hpp"
#include "dtheta/storage/hdf5_reader.hpp"
#include "dtheta/storage/hdf5_writer.hpp"
#include "dtheta/storage/model_layout.hpp"
#include "dtheta/storage/model_parts.hpp"

namespace dtheta {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* training_group = "/dtheta/training";
constexpr const char* version_attribute = "format_version";
constexpr std::int64_t format_version = 1;
constexpr const char* position_attribute = "position";
constexpr const char* sums_attribute = "sums";
constexpr const char* last_attribute = "last";
constexpr const char* best_attribute = "best";
constexpr const char* plateau_attribute = "plateau";
constexpr const char* terms_attribute = "terms";

template <class T>
constexpr Precision precision_of =
    std::is_same_v<T, float> ? Precision::float32 : Precision::float64;

// Arrays as long as θ besides the optimizer's, which have the names of slots.
constexpr const char* average_name = "average";
constexpr const char* best_theta_name = "best_theta";

std::string array_path(std::string_view name) { return fmt::format("{}/{}", training_group, name); }

template <class T>
void check_finite(const TrainingState<T>& state) {
  const auto is_finite = [](const AlignedBuffer<T>& numbers) {
    return std::ranges::all_of(numbers.span(), [](T number) { return std::isfinite(number); });
  };
  if (is_finite(state.model.theta) && std::ranges::all_of(state.slots, is_finite) &&
      is_finite(state.average) && is_finite(state.best_theta) && std::isfinite(state.sums.cost)) {
    return;
  }
  throw Diverged(
      fmt::format("the weights are no longer finite after step {}; lower "
                  "--learning-rate",
                  state.step));
}

/// The numbers of an array as long as θ, without the padding.
template <class T>
std::vector<T> packed(const Network<T>& network, const AlignedBuffer<T>& array) {
  std::vector<T> numbers;
  numbers.reserve(static_cast<std::size_t>(network.parameter_count()));
  for (const auto& parameter : network.parameters(array.span())) {
    numbers.insert(numbers.end(), parameter.span().begin(), parameter.span().end());
  }
  return numbers;
}

template <class T>
void unpack(const Network<T>& network, std::span<const T> numbers, AlignedBuffer<T>& array) {
  for (const auto& parameter : network.parameters(array.span())) {
    const auto count = static_cast<std::size_t>(parameter.size());
    std::ranges::copy(numbers.first(count), parameter.data());
    numbers = numbers.subspan(count);
  }
}

template <class T>
void write_array(hdf5::Writer& file, const Network<T>& network, std::string_view name,
                 const AlignedBuffer<T>& array) {
  constexpr ElementType type =
      std::is_same_v<T, float> ? ElementType::float32 : ElementType::float64;
  const std::vector<T> numbers = packed(network, array);
  file.write_numbers(array_path(name), type, {static_cast<Size>(numbers.size())},
                     std::as_bytes(std::span(numbers)), hdf5::Storage::in_one_piece);
}

template <class T>
void write_arrays(hdf5::Writer& file, const TrainingState<T>& state, const Recipe& recipe) {
  const Network<T>& network = *state.model.network;
  const auto names = make_optimizer<T>(recipe.optimizer)->slot_names();
  for (std::size_t s = 0; s < names.size(); ++s) {
    write_array(file, network, names[s], state.slots[s]);
  }
  if (state.average.size() > 0) write_array(file, network, average_name, state.average);
  if (state.best_theta.size() > 0) write_array(file, network, best_theta_name, state.best_theta);
}

Json score_json(const EpochScore& score) {
  return {{"epoch", score.epoch}, {"loss", score.loss}, {"accuracy", score.accuracy}};
}

EpochScore score_from_json(const Json& json) {
  return {.epoch = json.at("epoch"), .loss = json.at("loss"), .accuracy = json.at("accuracy")};
}

template <class T>
void write_training(hdf5::Writer& file, const TrainingState<T>& state, const TrainingTerms& terms) {
  const auto set = [&](const char* attribute, const Json& json) {
    file.set_text(training_group, attribute, json.dump());
  };
  file.create_group(training_group);
  file.set_number(training_group, version_attribute, format_version);
  set(position_attribute, {{"step", state.step}, {"epoch", state.epoch}, {"cursor", state.cursor}});
  set(sums_attribute, {{"samples", state.sums.samples},
                       {"weight", state.sums.weight},
                       {"cost", state.sums.cost},
                       {"correct", state.sums.correct},
                       {"seconds", state.sums.seconds}});
  if (state.last) set(last_attribute, score_json(*state.last));
  if (state.best) set(best_attribute, score_json(*state.best));
  if (state.plateau.best) {
    set(plateau_attribute, {{"best", *state.plateau.best},
                            {"bad_epochs", state.plateau.bad_epochs},
                            {"factor", state.plateau.factor}});
  }
  set(terms_attribute, {{"precision", precision_name(precision_of<T>)},
                        {"start_sha256", terms.start_sha256},
                        {"data_sha256", terms.data_sha256},
                        {"validation_sha256", terms.validation_sha256}});
  write_arrays(file, state, terms.recipe);
}

void check_version(const hdf5::Reader& file) {
  const auto version = file.number(training_group, version_attribute);
  if (!version) {
    throw DataError(file.path().string() + ": is a model, not a checkpoint of a training");
  }
  if (*version > static_cast<double>(format_version)) {
    file.fail(training_group, fmt::format("has format version {}; this dtheta reads up to {}: use "
                                          "a newer one",
                                          *version, format_version));
  }
}

template <class T>
void read_state(const hdf5::Reader& file, TrainingState<T>& state) {
  read_json(file, training_group, position_attribute, [&](const Json& json) {
    state.step = json.at("step");
    state.epoch = json.at("epoch");
    state.cursor = json.at("cursor");
  });
  read_json(file, training_group, sums_attribute, [&](const Json& json) {
    const Size samples = json.at("samples");
    state.sums = {.samples = samples,
                  .weight = json.value("weight", static_cast<double>(samples)),
                  .cost = json.at("cost"),
                  .correct = json.at("correct"),
                  .seconds = json.at("seconds")};
  });
  read_json(file, training_group, last_attribute,
            [&](const Json& json) { state.last = score_from_json(json); });
  read_json(file, training_group, best_attribute,
            [&](const Json& json) { state.best = score_from_json(json); });
  read_json(file, training_group, plateau_attribute, [&](const Json& json) {
    state.plateau = {.best = json.at("best").get<double>(),
                     .bad_epochs = json.at("bad_epochs"),
                     .factor = json.at("factor")};
  });
}

TrainingTerms read_terms(const hdf5::Reader& file) {
  TrainingTerms terms;
  read_json(file, training_group, terms_attribute, [&](const Json& json) {
    terms.precision = parse_precision(json.at("precision").get<std::string>());
    terms.start_sha256 = json.at("start_sha256");
    terms.data_sha256 = json.at("data_sha256");
    terms.validation_sha256 = json.at("validation_sha256");
  });
  return terms;
}

template <class T>
AlignedBuffer<T> read_array(const hdf5::Reader& file, const Network<T>& network,
                            std::string_view name) {
  const Shape wanted{network.parameter_count()};
  const std::string path = array_path(name);
  const Shape found = file.describe(path).shape;
  if (found != wanted) {
    file.fail(path, fmt::format("has the shape {}; wanted {}, a number a parameter", found.text(),
                                wanted.text()));
  }
  std::vector<T> numbers(static_cast<std::size_t>(wanted.size()));
  read_real_numbers<T>(file, path, numbers);
  AlignedBuffer<T> array(network.theta_size());
  unpack<T>(network, numbers, array);
  return array;
}

template <class T>
void read_arrays(const hdf5::Reader& file, const Recipe& recipe, TrainingState<T>& state) {
  const Network<T>& network = *state.model.network;
  for (const std::string_view name : make_optimizer<T>(recipe.optimizer)->slot_names()) {
    state.slots.push_back(read_array(file, network, name));
  }
  if (recipe.ema > 0) state.average = read_array(file, network, average_name);
  if (recipe.keep_best && state.best) {
    state.best_theta = read_array(file, network, best_theta_name);
  }
}

}  // namespace

template <std::floating_point T>
void save_checkpoint(const std::filesystem::path& path, const TrainingState<T>& state,
                     const TrainingTerms& terms) {
  check_finite(state);
  MemoryImage image;
  {
    hdf5::Writer file(path, image, seal_size);
    write_model(file, state.model, terms.recipe, terms.provenance);
    write_training(file, state, terms);
    file.commit();
  }
  const std::string seal = seal_of(image.bytes().subspan(static_cast<std::size_t>(seal_size)));
  image.write(0, std::as_bytes(std::span(seal)));
  write_atomically(path, image.bytes());
}

template <std::floating_point T>
Checkpoint<T> load_checkpoint(const std::filesystem::path& path,
                              const std::optional<Sandbox>& sandbox) {
  if (const auto damage = broken_seal(path)) {
    throw DamagedCheckpoint(fmt::format("{}: {}", path.string(), *damage));
  }
  const hdf5::Reader file(path, sandbox);
  check_version(file);
  StoredModel<T> stored = read_model<T>(file);
  if (!stored.recipe) file.fail(dtheta_group, "has no recipe");
  Checkpoint<T> checkpoint{.state = {.model = std::move(stored.model)}, .terms = read_terms(file)};
  checkpoint.terms.recipe = *std::move(stored.recipe);
  checkpoint.terms.provenance = std::move(stored.provenance);
  read_state(file, checkpoint.state);
  read_arrays(file, checkpoint.terms.recipe, checkpoint.state);
  return checkpoint;
}

template void save_checkpoint(const std::filesystem::path&, const TrainingState<float>&,
                              const TrainingTerms&);
template void save_checkpoint(const std::filesystem::path&, const TrainingState<double>&,
                              const TrainingTerms&);
template Checkpoint<float> load_checkpoint(const std::filesystem::path&,
                                           const std::optional<Sandbox>&);
template Checkpoint<double> load_checkpoint(const std::filesystem::path&,
                                            const std::optional<Sandbox>&);

}  // namespace dtheta
