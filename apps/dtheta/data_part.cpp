#include "data_part.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/training/evaluation.hpp"

namespace dtheta::cli {
namespace {

/// The first few names, for a message.
std::string some_names(const std::vector<std::string>& names) {
  const std::size_t shown = std::min<std::size_t>(names.size(), 5);
  return fmt::format("{}{}",
                     fmt::join(names.begin(), names.begin() + static_cast<long>(shown), ", "),
                     shown < names.size() ? ", ..." : "");
}

}  // namespace

Option split_option(std::string& target) {
  return choice({.name = "split",
                 .help = "part of the data set",
                 .preset = "test, else validation, else train"},
                target, {"train", "validation", "test"});
}

DataPart read_part(const std::filesystem::path& file, const DatasetReading& reading,
                   const std::string& name) {
  DatasetSplits splits = read_dataset(file, reading);
  std::string found;
  for (auto& [part, data] : {std::pair<std::string, std::optional<Dataset>&>{"test", splits.test},
                             {"validation", splits.validation},
                             {"train", splits.train}}) {
    if (!data) continue;
    if (name.empty() || name == part) {
      const InputPreparation input = splits.preparation_of(data->type());
      return {part, *std::move(data), input};
    }
    found = found.empty() ? part : found + " and " + part;
  }
  throw DataError(
      fmt::format("{} has no {} part, only {}; choose with --split", file.string(), name, found));
}

bool has_names(std::span<const std::string> classes) {
  for (std::size_t c = 0; c < classes.size(); ++c) {
    if (classes[c] != std::to_string(c)) return true;
  }
  return false;
}

template <std::floating_point T>
StoredModel<T> load_model_for(const InputPreparation& input, const std::filesystem::path& file,
                              const std::optional<Sandbox>& sandbox) {
  StoredModel<T> stored = load_model<T>(file, sandbox);
  if (!stored.knows_input) stored.model.input = input;
  return stored;
}

template <std::floating_point T>
void warn_of_doubtful_fit(const Model<T>& model, const Dataset& data, const InputPreparation& input,
                          const Console& console) {
  const std::vector<std::string>& names = data.class_names();
  if (has_names(names) && has_names(model.class_names) && names != model.class_names) {
    console.warn(fmt::format("the data's classes ({}) are not called like the model's ({})",
                             some_names(names), some_names(model.class_names)));
  }
  if (model.input.scale != input.scale) {
    console.warn(
        fmt::format("the model multiplies its input by {:.6g}, but this data set, of {}, asks for "
                    "{:.6g}: is it "
                    "scaled otherwise than what the model was trained on?",
                    model.input.scale, element_name(data.type()), input.scale));
  }
}

template <std::floating_point T>
void check_fit(const Model<T>& model, const Dataset& data, const std::filesystem::path& file) {
  naming_file(file, [&] { dtheta::check_fit(model, data); });
}

template StoredModel<float> load_model_for(const InputPreparation&, const std::filesystem::path&,
                                           const std::optional<Sandbox>&);
template StoredModel<double> load_model_for(const InputPreparation&, const std::filesystem::path&,
                                            const std::optional<Sandbox>&);
template void warn_of_doubtful_fit(const Model<float>&, const Dataset&, const InputPreparation&,
                                   const Console&);
template void warn_of_doubtful_fit(const Model<double>&, const Dataset&, const InputPreparation&,
                                   const Console&);
template void check_fit(const Model<float>&, const Dataset&, const std::filesystem::path&);
template void check_fit(const Model<double>&, const Dataset&, const std::filesystem::path&);

}  // namespace dtheta::cli
