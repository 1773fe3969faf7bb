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
  std::vector<std::string> weighted;  ///< the names of the layers with parameters, in their order
  std::vector<std::string> left_out;  ///< layers that act in training only: "Dropout 'drop'"
};

/// `spec` as a Sequential model in the dialect of tf.keras 2.15, which Keras 3 reads too.
/// `names` {spec.layers.size()} are those of its layers. A leaky_relu that is fused into a layer
/// becomes a LeakyReLU layer after it; an `activation` other than linear an Activation layer at the
/// end, named "output". `dtype` is "float32" or "float64".
nlohmann::ordered_json keras_config(const NetworkSpec& spec, std::span<const std::string> names,
                                    std::string_view activation, std::string_view dtype);

/// Reads the JSON text of a Sequential model of Keras 2.2 to 3, or of a Functional one whose layers
/// are a chain: InputLayer, Rescaling (in front), Conv2D, Dense, MaxPooling2D, AveragePooling2D,
/// Flatten, Activation, ReLU, LeakyReLU and Softmax (at the end). Activations are fused into the
/// layer before them where that has none. Dropout and its like, which predictions do without, are
/// left out.
///
/// `activation` is what the output must end with; without it, a softmax or sigmoid at the end is
/// the output's. Throws DataError that names the layer, what was found and what was wanted.
KerasNetwork parse_keras_config(std::string_view text,
                                std::optional<std::string_view> activation = std::nullopt);

}  // namespace dtheta
