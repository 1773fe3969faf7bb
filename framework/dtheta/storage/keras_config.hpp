/// Networks in the words of Keras: the JSON of `model_config`.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "dtheta/core/input_preparation.hpp"
#include "dtheta/model/network_spec.hpp"

namespace dtheta {

/// What a `model_config` says.
struct KerasNetwork {
  NetworkSpec spec;
  std::string activation = "linear";      ///< what the output ends with: linear, sigmoid or softmax
  std::optional<InputPreparation> input;  ///< of a Rescaling layer in front
  std::vector<std::string> names;     ///< {spec.layers.size()} of the Keras layers they come from
  std::vector<std::size_t> of_rows;   ///< layers whose axis is 1, the last one for rows alone
  std::vector<std::string> left_out;  ///< layers that act in training only: "GaussianNoise 'n'"
};

/// `spec` as a Sequential model, or a Functional one where it is no chain, in the dialect of
/// tf.keras 2.15, which Keras 3 reads too. `names` {spec.layers.size()} are those of its layers. A
/// leaky_relu that is fused into a layer becomes a LeakyReLU layer after it; an `activation` other
/// than linear an Activation layer at the end, named "output". `dtype` is "float32" or "float64".
nlohmann::ordered_json keras_config(const NetworkSpec& spec, std::span<const std::string> names,
                                    std::string_view activation, std::string_view dtype);

/// Reads the JSON text of a Sequential model of Keras 2.2 to 3, or of a Functional one: InputLayer,
/// Rescaling (in front) and the classes of keras_classes(). Activations are fused into the layer
/// before them where that has none and no other reader. Layers that predictions do without and
/// dtheta has not, such as GaussianNoise, are left out.
///
/// `activation` is what the output must end with; without it, a softmax or sigmoid at the end is
/// the output's. Throws DataError that names the layer, what was found and what was wanted.
KerasNetwork parse_keras_config(std::string_view text,
                                std::optional<std::string_view> activation = std::nullopt);

}  // namespace dtheta
