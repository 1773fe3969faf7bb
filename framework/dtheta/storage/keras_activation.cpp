#include "dtheta/storage/keras_layers.hpp"

namespace dtheta {
namespace {

/// What a field "activation" names.
LayerSpec named_activation(const KerasLayer& layer) {
  const std::string name = layer.word("activation", "linear");
  for (const Activation kind : {Activation::identity, Activation::sigmoid, Activation::tanh,
                                Activation::relu, Activation::elu, Activation::softplus}) {
    if (activation_name(kind) == name) return ActivationOptions{.kind = kind};
  }
  if (name == "gelu") return SelfGatedOptions{.gate = SelfGate::gelu};
  if (name == "silu" || name == "swish") return SelfGatedOptions{.gate = SelfGate::silu};
  if (name == "softmax") return SoftmaxOptions{};
  constexpr double slope_of_keras_3 = 0.2;
  if (name == "leaky_relu") {
    return ActivationOptions{.kind = Activation::leaky_relu, .slope = slope_of_keras_3};
  }
  layer.fail("activation", name,
             "linear, sigmoid, tanh, relu, leaky_relu, elu, softplus, gelu, silu or softmax");
}

std::vector<LayerSpec> read_activation(const KerasLayer& layer) {
  return {named_activation(layer)};
}

std::vector<LayerSpec> read_relu(const KerasLayer& layer) {
  const auto* const most = layer.field("max_value");
  if (most != nullptr) layer.fail("max_value", *most, "null");
  if (layer.number("threshold", 0) != 0) layer.fail("threshold", *layer.field("threshold"), "0");
  const double slope = layer.number("negative_slope", 0);
  if (slope == 0) return {ActivationOptions{.kind = Activation::relu}};
  return {ActivationOptions{.kind = Activation::leaky_relu, .slope = slope}};
}

/// "alpha" in Keras 2, "negative_slope" in Keras 3.
std::vector<LayerSpec> read_leaky_relu(const KerasLayer& layer) {
  constexpr double slope_of_keras = 0.3;
  const double alpha = layer.number("alpha", slope_of_keras);
  return {ActivationOptions{.kind = Activation::leaky_relu,
                            .slope = layer.number("negative_slope", alpha)}};
}

std::vector<LayerSpec> read_elu(const KerasLayer& layer) {
  return {ActivationOptions{.kind = Activation::elu, .alpha = layer.number("alpha", 1)}};
}

std::vector<LayerSpec> read_softmax(const KerasLayer& layer) {
  layer.require("axis", -1);
  return {SoftmaxOptions{}};
}

}  // namespace

void write_keras(KerasLayerList& list, const ActivationOptions& activation,
                 const std::string& name) {
  if (activation.kind == Activation::leaky_relu) {
    list.add("LeakyReLU", name, {{"alpha", activation.slope}});
  } else if (activation.kind == Activation::elu) {
    list.add("ELU", name, {{"alpha", activation.alpha}});
  } else {
    list.add("Activation", name, {{"activation", activation_name(activation.kind)}});
  }
}

void write_keras(KerasLayerList& list, const SoftmaxOptions&, const std::string& name) {
  list.add("Softmax", name, {{"axis", -1}});
}

/// "swish" is what Keras 2 calls silu, and Keras 3 reads.
void write_keras(KerasLayerList& list, const SelfGatedOptions& gated, const std::string& name) {
  list.add("Activation", name, {{"activation", gated.gate == SelfGate::gelu ? "gelu" : "swish"}});
}

std::string_view keras_activation_field(const ActivationOptions& activation) {
  const bool has_word = activation.kind != Activation::leaky_relu &&
                        (activation.kind != Activation::elu || activation.alpha == 1);
  return activation_name(has_word ? activation.kind : Activation::identity);
}

void write_keras_activation_layer(KerasLayerList& list, const ActivationOptions& activation,
                                  const std::string& name) {
  if (activation.kind == Activation::identity) return;
  write_keras(list, activation, name + "_" + std::string(activation_name(activation.kind)));
}

void write_keras_activation_behind(KerasLayerList& list, const ActivationOptions& activation,
                                   const std::string& name) {
  if (keras_activation_field(activation) == activation_name(activation.kind)) return;
  write_keras_activation_layer(list, activation, name);
}

std::vector<LayerSpec> with_keras_activation(LayerSpec spec, const KerasLayer& layer) {
  return {std::move(spec), named_activation(layer)};
}

std::vector<KerasClass> keras_activation_classes() {
  return {{.name = "Activation", .read = read_activation},
          {.name = "ReLU", .read = read_relu},
          {.name = "LeakyReLU", .read = read_leaky_relu},
          {.name = "ELU", .read = read_elu},
          {.name = "Softmax", .read = read_softmax}};
}

}  // namespace dtheta
