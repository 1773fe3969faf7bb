#include "model_summary.hpp"

#include <algorithm>
#include <type_traits>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "network_summary.hpp"
#include "text.hpp"

namespace dtheta::cli {
namespace {

template <std::floating_point T>
constexpr Precision precision_of =
    std::is_same_v<T, double> ? Precision::float64 : Precision::float32;

/// An object's members, one a line, those of an object within as "data/file".
std::string members_table(const nlohmann::ordered_json& object) {
  std::vector<std::vector<std::string>> rows;
  const nlohmann::ordered_json flat = object.flatten();
  for (const auto& [path, value] : flat.items()) {
    const std::string key = path.substr(1);
    rows.push_back(
        {"  " + key, value.is_string() ? value.template get<std::string>() : value.dump()});
  }
  return table_text(rows, {Align::left, Align::left});
}

/// The first few, for a line.
std::string some_numbers(std::span<const double> numbers) {
  const auto shown = numbers.first(std::min<std::size_t>(numbers.size(), 8));
  return fmt::format("{:.6g}{}", fmt::join(shown, ", "),
                     shown.size() < numbers.size() ? ", ..." : "");
}

}  // namespace

template <std::floating_point T>
std::string model_text(const std::filesystem::path& file, const StoredModel<T>& stored) {
  const Model<T>& model = stored.model;
  std::string text = fmt::format("{}: a model of {} parameters in {}\n\n{}\n", file.string(),
                                 grouped(model.network->parameter_count()),
                                 precision_name(precision_of<T>), layers_table(model));
  text += fmt::format("loss          {}\ninput scale   {:.6g}\n", model.loss, model.input.scale);
  if (!model.input.mean.empty()) {
    text += fmt::format("input mean    {}\ninput std     {}\n", some_numbers(model.input.mean),
                        some_numbers(model.input.deviation));
  }
  if (!model.class_names.empty()) {
    text += fmt::format("classes       {}\n", fmt::join(model.class_names, ", "));
  }
  if (!stored.left_out.empty()) {
    text += fmt::format("left out      {}, which act in training only\n",
                        fmt::join(stored.left_out, ", "));
  }
  text += fmt::format("theta_sha256  {}\n", theta_sha256(model));
  if (stored.recipe) text += "\nrecipe\n" + members_table(to_json(*stored.recipe));
  if (!stored.provenance.empty()) text += "\nprovenance\n" + members_table(stored.provenance);
  return text;
}

template <std::floating_point T>
nlohmann::ordered_json model_json(const std::filesystem::path& file, const StoredModel<T>& stored) {
  const Model<T>& model = stored.model;
  return {{"file", file.string()},
          {"kind", "model"},
          {"theta_sha256", theta_sha256(model)},
          {"parameters", model.network->parameter_count()},
          {"precision", precision_name(precision_of<T>)},
          {"loss", model.loss},
          {"input", model.network->input_shape().extents()},
          {"layers", layers_json(*model.network)},
          {"input_scale", model.input.scale},
          {"input_mean", model.input.mean},
          {"input_std", model.input.deviation},
          {"class_names", model.class_names},
          {"left_out", stored.left_out},
          {"recipe", stored.recipe ? to_json(*stored.recipe) : nlohmann::ordered_json()},
          {"provenance", stored.provenance}};
}

template std::string model_text(const std::filesystem::path&, const StoredModel<float>&);
template std::string model_text(const std::filesystem::path&, const StoredModel<double>&);
template nlohmann::ordered_json model_json(const std::filesystem::path&, const StoredModel<float>&);
template nlohmann::ordered_json model_json(const std::filesystem::path&,
                                           const StoredModel<double>&);

}  // namespace dtheta::cli
