/// ZeroPadding: a border of zeros.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"
#include "dtheta/math/window.hpp"

namespace dtheta {

struct ZeroPaddingOptions {
  Extent2d before = {1, 1};  ///< rows above, columns on the left
  Extent2d after = {1, 1};   ///< rows below, columns on the right

  friend bool operator==(const ZeroPaddingOptions&, const ZeroPaddingOptions&) = default;
};

/// {height, width, channels} → {height + the rows, width + the columns, channels}, zeros around.
///
/// Immutable; one object serves any number of tasks at once. No parameters, record or scratch.
template <std::floating_point T>
class ZeroPadding final : public Layer<T> {
 public:
  /// Throws UsageError for options out of range.
  explicit ZeroPadding(const ZeroPaddingOptions& options);

  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;

 private:
  ZeroPaddingOptions options_;
};

template <>
struct CatalogEntry<ZeroPaddingOptions> {
  template <std::floating_point T>
  using LayerClass = ZeroPadding<T>;
  static constexpr std::array<std::string_view, 1> names{"pad"};
  static constexpr std::string_view grammar =
      "pad SIZE [SIZE]     (zeros above and left, below and right; one SIZE: both)";
  static ZeroPaddingOptions read(std::string_view name, LayerWords& words);
  static std::string text(const ZeroPaddingOptions& options);
};

}  // namespace dtheta
