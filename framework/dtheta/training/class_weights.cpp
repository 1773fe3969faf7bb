#include "dtheta/training/class_weights.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/trimmed.hpp"

namespace dtheta {
namespace {

constexpr std::string_view balanced = "balanced";

template <class Number>
std::optional<Number> number_of(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// One entry, its class as it is written.
struct Entry {
  std::string_view name;
  double weight = 0;
};

/// The last colon counts: a class's name may have one.
Entry parse_entry(std::string_view entry) {
  const auto colon = entry.rfind(':');
  if (colon != std::string_view::npos) {
    const auto weight = number_of<double>(trimmed(entry.substr(colon + 1)));
    const std::string_view name = trimmed(entry.substr(0, colon));
    if (weight && std::isfinite(*weight) && *weight >= 0 && !name.empty()) return {name, *weight};
  }
  throw UsageError(fmt::format(
      "class weights: '{}' is not CLASS:WEIGHT with a weight of at least 0; wanted entries such as "
      "'0:1, 1:5', or balanced",
      entry));
}

std::vector<Entry> parse_entries(std::string_view text) {
  std::vector<Entry> entries;
  for (std::size_t begin = 0; begin <= text.size();) {
    const auto end = std::min(text.find(',', begin), text.size());
    entries.push_back(parse_entry(trimmed(text.substr(begin, end - begin))));
    begin = end + 1;
  }
  return entries;
}

std::size_t class_named(std::string_view name, const Dataset& data) {
  const auto& names = data.class_names();
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  const auto number = number_of<Size>(name);
  if (number && *number >= 0 && *number < data.classes()) return static_cast<std::size_t>(*number);
  throw UsageError(fmt::format(
      "class weights: the data has no class '{}'; wanted a name or a number from 0 to {}", name,
      data.classes() - 1));
}

std::vector<double> balanced_weights(const Dataset& data, std::span<const Size> samples) {
  std::vector<double> weights(static_cast<std::size_t>(data.classes()));
  for (const Size sample : samples) {
    ++weights[static_cast<std::size_t>(data.labels()[static_cast<std::size_t>(sample)])];
  }
  const double mean = static_cast<double>(samples.size()) / static_cast<double>(data.classes());
  for (double& weight : weights) weight = weight == 0 ? 0 : mean / weight;
  return weights;
}

}  // namespace

std::vector<double> class_weights_of(std::string_view text, const Dataset& data,
                                     std::span<const Size> samples) {
  if (trimmed(text).empty()) return {};
  if (!data.is_classification()) {
    throw UsageError(fmt::format(
        "class weights '{}' are for data with classes; this has numbers to be predicted", text));
  }
  if (trimmed(text) == balanced) return balanced_weights(data, samples);
  std::vector<double> weights(static_cast<std::size_t>(data.classes()), 1);
  std::vector<bool> is_named(weights.size());
  for (const Entry& entry : parse_entries(text)) {
    const std::size_t c = class_named(entry.name, data);
    if (is_named[c]) {
      throw UsageError(fmt::format("class weights: the class '{}' comes twice", entry.name));
    }
    is_named[c] = true;
    weights[c] = entry.weight;
  }
  if (std::ranges::count(weights, 0.0) == std::ssize(weights)) {
    throw UsageError("class weights: all are 0; nothing would be learned");
  }
  return weights;
}

std::string spelt_class_weights(std::string_view text) {
  if (trimmed(text).empty() || trimmed(text) == balanced) return std::string(trimmed(text));
  std::string spelt;
  for (const Entry& entry : parse_entries(text)) {
    spelt += fmt::format("{}{}:{}", spelt.empty() ? "" : ", ", entry.name, entry.weight);
  }
  return spelt;
}

}  // namespace dtheta
