/// Flatten: a sample's numbers in one row.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"

namespace dtheta {

/// Nothing to choose.
struct FlattenOptions {
  friend bool operator==(const FlattenOptions&, const FlattenOptions&) = default;
};

/// {any shape} → {its size}: the same numbers in the same (row-major) order.
///
/// A view: the network shares the memory of input and output and runs neither pass. Called all the
/// same, they copy. Immutable; safe from any thread.
template <std::floating_point T>
class Flatten final : public Layer<T> {
 public:
  explicit Flatten(const FlattenOptions& options = {});

  Shape output_shape(std::span<const Shape> inputs) const override;
  bool is_view() const override { return true; }
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;
};

template <>
struct CatalogEntry<FlattenOptions> {
  template <std::floating_point T>
  using LayerClass = Flatten<T>;
  static constexpr std::array<std::string_view, 1> names{"flatten"};
  static constexpr std::string_view grammar = "flatten";
  static FlattenOptions read(std::string_view name, LayerWords& words);
  static std::string text(const FlattenOptions& options);
};

}  // namespace dtheta
