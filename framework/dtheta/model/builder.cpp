#include "dtheta/model/builder.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/core/error.hpp"
#include "dtheta/losses/loss.hpp"
#include "dtheta/model/network.hpp"
#include "dtheta/model/zoo.hpp"

namespace dtheta {
namespace {

constexpr std::string_view binary = "binary_crossentropy";
constexpr std::string_view categorical = "categorical_crossentropy";
constexpr std::string_view squared_error = "mean_squared_error";
constexpr std::string_view hinge = "hinge";

/// Whether the loss compares the outputs of the classes, and so wants one of each.
bool compares_classes(std::string_view loss) { return loss == categorical || loss == hinge; }

/// How many outputs a network of the zoo gets.
Size outputs_for(const DataTraits& data, std::string_view loss) {
  if (data.classes == 0) return data.values_per_sample;
  return data.classes == 2 && !compares_classes(loss) ? 1 : data.classes;
}

/// The layer list of a network of the zoo. A flat row of as many numbers as the pictures the
/// network was made for is read as such a picture: a table has no other way to hold one.
LayerList read_zoo(const ZooEntry& entry, const DataTraits& data, std::string_view loss) {
  LayerList list = parse_layer_list(entry.layer_list(outputs_for(data, loss)));
  const Shape& samples = data.sample_shape;
  if (samples.rank() == 1 && fits_input(samples, entry.natural_input)) {
    list.input = entry.natural_input;
  }
  return list;
}

/// The layer list that `text` is, or an error that also tells the zoo when it is one word.
LayerList read_layers(std::string_view text) {
  try {
    return parse_layer_list(text);
  } catch (const UsageError& error) {
    if (text.find_first_of(" ,;\n") != std::string_view::npos) throw;
    std::vector<std::string_view> names;
    for (const ZooEntry& entry : zoo()) names.push_back(entry.name);
    throw UsageError(fmt::format("'{}' is no network ({}) and no layer list: {}", text,
                                 fmt::join(names, ", "), error.what()));
  }
}

Shape choose_input(const LayerList& list, const Shape& samples) {
  if (!list.input || fits_input(samples, *list.input)) return list.input.value_or(samples);
  throw UsageError(fmt::format(
      "the layer list begins with 'input {}', the data's samples are {}; leave that entry out to "
      "take the data's shape",
      list.input->text(), samples.text()));
}

std::string choose_loss(const LayerList& list, const DataTraits& data, std::string_view asked,
                        Size outputs) {
  if (!asked.empty()) {
    const auto activation = make_loss<double>(asked)->activation();
    if (list.activation && *list.activation != activation) {
      throw UsageError(fmt::format(
          "the layer list ends with {}, but the loss {} belongs to a {} output; leave one of them "
          "out",
          *list.activation, asked, activation));
    }
    return std::string(asked);
  }
  if (data.classes == 0) {
    if (!list.activation) return std::string(squared_error);
    throw UsageError(fmt::format(
        "the layer list ends with {}, but the data has real targets; leave it out for {}, or name "
        "a loss",
        *list.activation, squared_error));
  }
  const bool is_binary = list.activation ? *list.activation == "sigmoid" : outputs == 1;
  return std::string(is_binary ? binary : categorical);
}

}  // namespace

NetworkChoice choose_network(std::string_view text, const DataTraits& data, std::string_view loss) {
  if (!loss.empty()) make_loss<double>(loss);  // throws for an unknown one
  if (data.classes == 1) {
    throw UsageError("the data has one class only; wanted at least two to tell apart");
  }
  const ZooEntry* entry = find_in_zoo(text);
  const LayerList list = entry != nullptr ? read_zoo(*entry, data, loss) : read_layers(text);
  NetworkChoice choice{.spec = {choose_input(list, data.sample_shape), list.layers}, .loss = {}};
  const Size outputs = Network<double>(choice.spec).output_shape().size();
  choice.loss = choose_loss(list, data, loss, outputs);
  if (choice.loss == hinge && (outputs == 1 || data.classes == 0)) {
    throw UsageError(
        "the hinge loss compares the outputs of classes; it wants data with classes, and a layer "
        "list that ends with one output for each");
  }
  if (choice.loss == categorical && outputs == 1) {
    throw UsageError(
        "a softmax over one output is always 1; end the layer list with one output a class, or "
        "with 'dense 1, sigmoid' for two classes");
  }
  return choice;
}

}  // namespace dtheta
