/// Softmax: rows of positive numbers that add up to 1.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"

namespace dtheta {

/// Nothing to choose.
struct SoftmaxOptions {
  friend bool operator==(const SoftmaxOptions&, const SoftmaxOptions&) = default;
};

/// a_i = e^{z_i} / Σ_c e^{z_c} over the last axis of samples of any shape: equation (26), backward
/// with the derivative (34): dz = a ⊙ (da − Σ_c da_c·a_c). For a softmax inside of a network; that
/// of the predictions belongs to the loss.
///
/// Immutable; one object serves any number of tasks at once. No parameters, record or scratch.
template <std::floating_point T>
class Softmax final : public Layer<T> {
 public:
  explicit Softmax(const SoftmaxOptions& options = {});

  /// {any shape} → the same.
  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;
};

template <>
struct CatalogEntry<SoftmaxOptions> {
  template <std::floating_point T>
  using LayerClass = Softmax<T>;
  static constexpr std::array<std::string_view, 1> names{"softmax"};
  static constexpr std::string_view grammar =
      "softmax     (of the last axis; at the end of the list: the predictions)";
  static SoftmaxOptions read(std::string_view name, LayerWords& words);
  static std::string text(const SoftmaxOptions& options);
};

}  // namespace dtheta
