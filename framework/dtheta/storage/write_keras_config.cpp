#include <variant>

#include "dtheta/storage/keras_config.hpp"
#include "dtheta/storage/keras_layers.hpp"

namespace dtheta {

using Json = nlohmann::ordered_json;

Json keras_config(const NetworkSpec& spec, std::span<const std::string> names,
                  std::string_view activation, std::string_view dtype) {
  Json batch_shape = Json::array({nullptr});
  for (const Size extent : spec.input.extents()) batch_shape.push_back(extent);
  KerasLayerList list(dtype);
  list.layers().push_back({{"class_name", "InputLayer"},
                           {"config",
                            {{"batch_input_shape", batch_shape},
                             {"dtype", dtype},
                             {"sparse", false},
                             {"ragged", false},
                             {"name", "input"}}}});
  for (std::size_t i = 0; i < spec.layers.size(); ++i) {
    std::visit([&](const auto& layer) { write_keras(list, layer, names[i]); }, spec.layers[i]);
  }
  if (activation != "linear") list.add("Activation", "output", {{"activation", activation}});
  return {{"class_name", "Sequential"},
          {"config", {{"name", "dtheta"}, {"layers", list.layers()}}}};
}

}  // namespace dtheta
