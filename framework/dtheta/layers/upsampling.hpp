/// Upsampling: each place several times.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"
#include "dtheta/math/window.hpp"

namespace dtheta {

struct UpsamplingOptions {
  Extent2d factor = {2, 2};

  friend bool operator==(const UpsamplingOptions&, const UpsamplingOptions&) = default;
};

/// {height, width, channels} → {height·factor, width·factor, channels}: every place becomes a
/// rectangle of places like it (nearest neighbour). Backward adds up the rectangle.
///
/// Immutable; one object serves any number of tasks at once. No parameters, record or scratch.
template <std::floating_point T>
class Upsampling final : public Layer<T> {
 public:
  /// Throws UsageError for options out of range.
  explicit Upsampling(const UpsamplingOptions& options);

  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;

 private:
  UpsamplingOptions options_;
};

template <>
struct CatalogEntry<UpsamplingOptions> {
  template <std::floating_point T>
  using LayerClass = Upsampling<T>;
  static constexpr std::array<std::string_view, 1> names{"upsample"};
  static constexpr std::string_view grammar = "upsample SIZE";
  static UpsamplingOptions read(std::string_view name, LayerWords& words);
  static std::string text(const UpsamplingOptions& options);
};

}  // namespace dtheta
