/// Concatenate: several inputs side by side.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"

namespace dtheta {

/// Nothing to choose.
struct ConcatenateOptions {
  friend bool operator==(const ConcatenateOptions&, const ConcatenateOptions&) = default;
};

/// The inputs' channels (their last axis) one after another, in the order of the inputs.
///
/// Immutable; one object serves any number of tasks at once. No parameters, record or scratch.
template <std::floating_point T>
class Concatenate final : public Layer<T> {
 public:
  explicit Concatenate(const ConcatenateOptions& options = {});

  /// Two or more inputs whose shapes differ in the last axis only → their sum there.
  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;
};

template <>
struct CatalogEntry<ConcatenateOptions> {
  template <std::floating_point T>
  using LayerClass = Concatenate<T>;
  static constexpr std::array<std::string_view, 1> names{"concatenate"};
  static constexpr std::string_view grammar =
      "concatenate NAME... (of the entry before, and those called so)";
  static ConcatenateOptions read(std::string_view name, LayerWords& words);
  static std::string text(const ConcatenateOptions& options);
};

}  // namespace dtheta
