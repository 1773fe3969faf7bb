#include "dtheta/model/transfer.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/core/error.hpp"
#include "dtheta/core/trimmed.hpp"

namespace dtheta {
namespace {

/// Whether one entry of a list of layers means the layer of that name and place.
class Pattern {
 public:
  Pattern(std::string_view entry, const std::vector<std::string>& names) {
    constexpr std::string_view up_to = "..";
    if (entry.starts_with(up_to)) {
      const std::string_view last = trimmed(entry.substr(up_to.size()));
      end_ = static_cast<std::size_t>(std::ranges::find(names, last) - names.begin()) + 1;
      if (end_ > names.size()) end_ = 0;
    } else if (entry.ends_with('*')) {
      beginning_ = entry.substr(0, entry.size() - 1);
      is_beginning_ = true;
    } else {
      beginning_ = entry;
    }
  }

  bool means(std::string_view name, std::size_t place) const {
    if (end_) return place < *end_;
    return is_beginning_ ? name.starts_with(beginning_) : name == beginning_;
  }

 private:
  std::optional<std::size_t> end_;
  std::string_view beginning_;
  bool is_beginning_ = false;
};

std::vector<std::string_view> entries_of(std::string_view list) {
  std::vector<std::string_view> entries;
  while (!list.empty()) {
    const auto end = std::min(list.find(','), list.size());
    if (const auto entry = trimmed(list.substr(0, end)); !entry.empty()) entries.push_back(entry);
    list.remove_prefix(std::min(end + 1, list.size()));
  }
  return entries;
}

}  // namespace

NetworkSpec with_frozen(NetworkSpec spec, std::string_view layers) {
  for (NodeSpec& node : spec.layers) node.is_frozen = false;
  if (trimmed(layers) == "none") return spec;
  const Network<float> network(spec);
  std::vector<std::string> names;
  std::vector<std::string> with_parameters;
  for (const Node<float>& node : network.nodes()) {
    names.push_back(node.name);
    if (node.parameter_count > 0) with_parameters.push_back(node.name);
  }
  for (const std::string_view entry : entries_of(layers)) {
    const Pattern pattern(entry, names);
    bool is_any = false;
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (network.nodes()[i].parameter_count == 0 || !pattern.means(names[i], i)) continue;
      spec.layers[i].is_frozen = is_any = true;
    }
    if (!is_any) {
      throw UsageError(
          fmt::format("--freeze {}: no layer with parameters is called so; there are {}", entry,
                      fmt::join(with_parameters, ", ")));
    }
  }
  if (Network<float>(spec).trained_count() == 0) {
    throw UsageError(fmt::format("--freeze {} leaves no layer to train", layers));
  }
  return spec;
}

template <std::floating_point T>
Model<T> with_frozen(Model<T> model, std::string_view layers) {
  model.network = std::make_shared<const Network<T>>(with_frozen(model.network->spec(), layers));
  return model;
}

std::size_t trunk_length(const NetworkSpec& spec) {
  const Network<float> network(spec);
  std::size_t length = network.nodes().size();
  while (network.nodes()[length - 1].parameter_count == 0) --length;
  return length - 1;
}

NetworkSpec with_head(const NetworkSpec& spec, std::string_view head) {
  const std::size_t trunk = trunk_length(spec);
  if (!spec.layers[trunk].inputs.empty()) {
    throw UsageError(fmt::format(
        "--head: {}, the last layer with parameters, reads others than the one before it; give the "
        "whole network as a layer list",
        names_of(spec.layers)[trunk]));
  }
  LayerList list = parse_layer_list(head);
  if (list.input) throw UsageError("--head: the list begins with an input, which the trunk's is");
  NetworkSpec result{
      .input = spec.input,
      .layers = {spec.layers.begin(), spec.layers.begin() + static_cast<std::ptrdiff_t>(trunk)}};
  for (NodeSpec& node : list.layers) {
    for (std::size_t& input : node.inputs) input += trunk;
    result.layers.push_back(std::move(node));
  }
  return result;
}

template <std::floating_point T>
Model<T> with_new_head(const Model<T>& old, const NetworkSpec& spec, Initializer initializer,
                       std::uint64_t seed) {
  Model<T> model = make_model<T>(spec, old.loss, initializer, seed);
  model.input = old.input;
  model.class_names = old.class_names;
  const std::size_t kept = trunk_length(old.network->spec());
  for (std::size_t i = 0; i < kept; ++i) {
    const Node<T>& node = old.network->nodes()[i];
    for (std::size_t p = 0; p < node.parameter_count; ++p) {
      const std::size_t number = node.first_parameter + p;
      std::ranges::copy(old.network->parameter(old.theta.span(), number).span(),
                        model.network->parameter(model.theta.span(), number).data());
    }
  }
  return model;
}

template Model<float> with_frozen(Model<float>, std::string_view);
template Model<double> with_frozen(Model<double>, std::string_view);
template Model<float> with_new_head(const Model<float>&, const NetworkSpec&, Initializer,
                                    std::uint64_t);
template Model<double> with_new_head(const Model<double>&, const NetworkSpec&, Initializer,
                                     std::uint64_t);

}  // namespace dtheta
