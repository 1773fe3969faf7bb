/// Reshape: a sample's numbers under another shape.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/core/shape.hpp"
#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"

namespace dtheta {

struct ReshapeOptions {
  Shape shape;  ///< of a sample, up to 4 extents

  friend bool operator==(const ReshapeOptions&, const ReshapeOptions&) = default;
};

/// {any shape of the same size} → the shape: the same numbers in the same (row-major) order.
///
/// A view: the network shares the memory of input and output and runs neither pass. Called all the
/// same, they copy. Immutable; safe from any thread.
template <std::floating_point T>
class Reshape final : public Layer<T> {
 public:
  /// Throws UsageError for a shape that is none of a sample.
  explicit Reshape(const ReshapeOptions& options);

  Shape output_shape(std::span<const Shape> inputs) const override;
  bool is_view() const override { return true; }
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;

 private:
  ReshapeOptions options_;
};

template <>
struct CatalogEntry<ReshapeOptions> {
  template <std::floating_point T>
  using LayerClass = Reshape<T>;
  static constexpr std::array<std::string_view, 1> names{"reshape"};
  static constexpr std::string_view grammar = "reshape SHAPE     (up to 4 extents, such as 7x7x16)";
  static ReshapeOptions read(std::string_view name, LayerWords& words);
  static std::string text(const ReshapeOptions& options);
};

}  // namespace dtheta
