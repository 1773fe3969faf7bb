/// ActivationLayer: an activation as a layer of its own.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"
#include "dtheta/math/activation.hpp"

namespace dtheta {

/// a = g(z), number by number, for samples of any shape: equations (2) and (16), backward (10) and
/// (22). For an activation that follows a pooling layer or another activation; after a dense or
/// convolution layer it is cheaper as that layer's option.
///
/// Immutable; one object serves any number of tasks at once. No parameters, no record.
template <std::floating_point T>
class ActivationLayer final : public Layer<T> {
 public:
  /// Throws UsageError for options out of range.
  explicit ActivationLayer(const ActivationOptions& options);

  /// {any shape} → the same.
  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;

 private:
  ActivationOptions options_;
};

template <>
struct CatalogEntry<ActivationOptions> {
  template <std::floating_point T>
  using LayerClass = ActivationLayer<T>;
  static constexpr std::array<std::string_view, 7> names{"linear",     "sigmoid", "tanh",    "relu",
                                                         "leaky_relu", "elu",     "softplus"};
  static constexpr std::string_view grammar =
      "ACTIVATION: linear|sigmoid|tanh|relu|leaky_relu [SLOPE]|elu [ALPHA]|softplus";
  static ActivationOptions read(std::string_view name, LayerWords& words);
  static std::string text(const ActivationOptions& options);
};

/// "[ACTIVATION]" behind a layer's own words; identity without it.
ActivationOptions take_activation(LayerWords& words);
/// " relu" behind a layer's own words; nothing for identity.
std::string activation_suffix(const ActivationOptions& options);

}  // namespace dtheta
