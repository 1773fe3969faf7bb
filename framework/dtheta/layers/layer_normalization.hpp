/// LayerNormalization: rows of mean 0 and variance 1, then scaled and shifted.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"

namespace dtheta {

struct LayerNormalizationOptions {
  double epsilon = 1e-5;  ///< ε, above 0; PyTorch's default, Keras' is 1e-3

  friend bool operator==(const LayerNormalizationOptions&,
                         const LayerNormalizationOptions&) = default;
};

/// y = γ ⊙ (x − μ) / √(σ² + ε) + β over the last axis of samples of any shape, a scale γ and a
/// shift β for each of its numbers: math/layer_normalization.hpp. Keras' names: "gamma", which
/// begins at 1, and "beta", at 0.
///
/// Immutable; one object serves any number of tasks at once. Record: two numbers a row.
template <std::floating_point T>
class LayerNormalization final : public Layer<T> {
 public:
  /// Throws UsageError for options out of range.
  explicit LayerNormalization(const LayerNormalizationOptions& options);

  /// {any shape} → the same.
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  Footprint footprint(std::span<const Shape> inputs, Size batch) const override;
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;

 private:
  LayerNormalizationOptions options_;
};

template <>
struct CatalogEntry<LayerNormalizationOptions> {
  template <std::floating_point T>
  using LayerClass = LayerNormalization<T>;
  static constexpr std::array<std::string_view, 1> names{"layernorm"};
  static constexpr std::string_view grammar = "layernorm [epsilon NUMBER]     (of the last axis)";
  static LayerNormalizationOptions read(std::string_view name, LayerWords& words);
  static std::string text(const LayerNormalizationOptions& options);
};

}  // namespace dtheta
