/// How dtheta's layers are written in the words of Keras, and read from them: layer by layer.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "dtheta/layers/catalog.hpp"
#include "dtheta/storage/keras_layer.hpp"

namespace dtheta {

/// A list of Keras layers that grows, one thread at a time.
class KerasLayerList {
 public:
  /// `dtype` is "float32" or "float64".
  explicit KerasLayerList(std::string_view dtype);

  /// Appends the InputLayer.
  void add_input(nlohmann::ordered_json config);
  /// The next layer reads those, and is trained or not; others after it read the one before.
  void begin(std::vector<std::string> inputs, bool is_trained);
  /// Appends a layer of that class with these fields of its own.
  void add(std::string_view class_name, const std::string& name, nlohmann::ordered_json fields);

  /// The name of the last layer.
  const std::string& last() const { return inputs_.front(); }
  /// The list, an array, for a Sequential model.
  nlohmann::ordered_json sequential() const { return layers_; }
  /// The same for a Functional one: layers say what they read.
  nlohmann::ordered_json functional() const;

 private:
  nlohmann::ordered_json layers_ = nlohmann::ordered_json::array();
  std::string dtype_;
  bool is_trained_ = true;
  std::vector<std::string> inputs_;              // of the next layer
  std::vector<std::vector<std::string>> reads_;  // of each layer
};

// Appends what Keras has for a layer: one of its layers called `name`, and where that has no such
// activation, one behind it.
void write_keras(KerasLayerList& list, const DenseOptions& dense, const std::string& name);
void write_keras(KerasLayerList& list, const Conv2dOptions& conv, const std::string& name);
void write_keras(KerasLayerList& list, const DepthwiseConv2dOptions& conv, const std::string& name);
void write_keras(KerasLayerList& list, const PoolingOptions& pooling, const std::string& name);
void write_keras(KerasLayerList& list, const GlobalPoolingOptions& pooling,
                 const std::string& name);
void write_keras(KerasLayerList& list, const FlattenOptions& flatten, const std::string& name);
void write_keras(KerasLayerList& list, const ReshapeOptions& reshape, const std::string& name);
void write_keras(KerasLayerList& list, const ZeroPaddingOptions& border, const std::string& name);
void write_keras(KerasLayerList& list, const UpsamplingOptions& upsampling,
                 const std::string& name);
void write_keras(KerasLayerList& list, const EmbeddingOptions& embedding, const std::string& name);
void write_keras(KerasLayerList& list, const LayerNormalizationOptions& normalization,
                 const std::string& name);
void write_keras(KerasLayerList& list, const SoftmaxOptions& softmax, const std::string& name);
void write_keras(KerasLayerList& list, const SelfGatedOptions& gated, const std::string& name);
void write_keras(KerasLayerList& list, const ActivationOptions& activation,
                 const std::string& name);
void write_keras(KerasLayerList& list, const BatchNormalizationOptions& normalization,
                 const std::string& name);
void write_keras(KerasLayerList& list, const DropoutOptions& dropout, const std::string& name);
void write_keras(KerasLayerList& list, const AddOptions& add, const std::string& name);
void write_keras(KerasLayerList& list, const ConcatenateOptions& concatenate,
                 const std::string& name);

/// A class of Keras' that dtheta has layers for.
struct KerasClass {
  std::string_view name;
  /// The layers that one of it is, in order: more than one where dtheta has an activation as a
  /// layer. Throws DataError for settings that dtheta does not have.
  std::vector<LayerSpec> (*read)(const KerasLayer& layer);
};

/// All of them.
std::vector<KerasClass> keras_classes();
/// The one of that name; null for none.
const KerasClass* find_keras_class(std::span<const KerasClass> classes, std::string_view name);

// The same by concept, each beside its writers.
std::vector<KerasClass> keras_dense_classes();
std::vector<KerasClass> keras_convolution_classes();
std::vector<KerasClass> keras_pooling_classes();
std::vector<KerasClass> keras_shape_classes();
std::vector<KerasClass> keras_normalization_classes();
std::vector<KerasClass> keras_joining_classes();
std::vector<KerasClass> keras_activation_classes();

// Of activations as settings of other layers.

/// What a dense or convolution layer's "activation" says; "linear" where Keras has no word for it.
std::string_view keras_activation_field(const ActivationOptions& activation);
/// Appends the activation of a layer that has none in Keras; nothing for identity.
void write_keras_activation_layer(KerasLayerList& list, const ActivationOptions& activation,
                                  const std::string& name);
/// Appends that activation as a layer where Keras has no word for it.
void write_keras_activation_behind(KerasLayerList& list, const ActivationOptions& activation,
                                   const std::string& name);
/// `layer` as `spec`, and the activation that is its "activation".
std::vector<LayerSpec> with_keras_activation(LayerSpec spec, const KerasLayer& layer);

/// The field "axis", one number or a list of one. Throws DataError for anything else.
std::optional<int> keras_axis(const KerasLayer& layer);

/// [height, width].
nlohmann::ordered_json keras_pair(const Extent2d& extent);
std::string_view keras_padding(Padding padding);

}  // namespace dtheta
