#include <variant>

#include "dtheta/storage/keras_config.hpp"
#include "dtheta/storage/keras_layers.hpp"

namespace dtheta {

using Json = nlohmann::ordered_json;

namespace {

/// A reference to a layer's output, without arguments or with none.
Json reference(const std::string& layer) { return Json::array({layer, 0, 0}); }

Json functional(Json layers, const std::string& output) {
  return {{"class_name", "Functional"},
          {"config",
           {{"name", "dtheta"},
            {"trainable", true},
            {"layers", std::move(layers)},
            {"input_layers", Json::array({reference("input")})},
            {"output_layers", Json::array({reference(output)})}}}};
}

}  // namespace

Json keras_config(const NetworkSpec& spec, std::span<const std::string> names,
                  std::string_view activation, std::string_view dtype) {
  Json batch_shape = Json::array({nullptr});
  for (const Size extent : spec.input.extents()) batch_shape.push_back(extent);
  KerasLayerList list(dtype);
  list.add_input({{"batch_input_shape", batch_shape},
                  {"dtype", dtype},
                  {"sparse", false},
                  {"ragged", false},
                  {"name", "input"}});
  std::vector<std::string> outputs{"input"};  // the last Keras layer of each of dtheta's
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    std::vector<std::string> inputs;
    for (const std::size_t input : inputs_of(spec.layers, i)) inputs.push_back(outputs[input]);
    list.begin(std::move(inputs), !spec.layers[i].is_frozen);
    std::visit([&](const auto& layer) { write_keras(list, layer, names[i]); },
               spec.layers[i].layer);
    outputs.push_back(list.last());
  }
  if (activation != "linear") {
    list.begin({list.last()}, true);
    list.add("Activation", "output", {{"activation", activation}});
  }
  const std::string output = list.last();
  if (!is_chain(spec)) return functional(list.functional(), output);
  return {{"class_name", "Sequential"},
          {"config", {{"name", "dtheta"}, {"layers", list.sequential()}}}};
}

}  // namespace dtheta
