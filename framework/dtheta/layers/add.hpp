/// Add: the sum of several inputs, what closes a residual block.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"
#include "dtheta/math/activation.hpp"

namespace dtheta {

struct AddOptions {
  ActivationOptions activation = {};  ///< g of a = g(Σ x)

  friend bool operator==(const AddOptions&, const AddOptions&) = default;
};

/// a = g(x₁ + x₂ + ...), the inputs added in their order: the shortcut connection of He et al.,
/// "Deep residual learning for image recognition" (2016).
///
/// Immutable; one object serves any number of tasks at once. No parameters, record or scratch.
template <std::floating_point T>
class Add final : public Layer<T> {
 public:
  /// Throws UsageError for an activation out of range.
  explicit Add(const AddOptions& options);

  /// Two or more inputs of one shape → that shape.
  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Forward<T>& pass) const override;
  /// da becomes dz; every dx is dz.
  void backward(const Backward<T>& pass) const override;

 private:
  AddOptions options_;
};

template <>
struct CatalogEntry<AddOptions> {
  template <std::floating_point T>
  using LayerClass = Add<T>;
  static constexpr std::array<std::string_view, 1> names{"add"};
  static constexpr std::string_view grammar =
      "add NAME... [ACTIVATION] (of the entry before, and those called so)";
  static AddOptions read(std::string_view name, LayerWords& words);
  static std::string text(const AddOptions& options);
};

}  // namespace dtheta
