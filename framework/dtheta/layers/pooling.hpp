/// Pooling: the largest or the average number of each window.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"
#include "dtheta/math/window.hpp"

namespace dtheta {

enum class PoolingKind { max, average };

struct PoolingOptions {
  PoolingKind kind = PoolingKind::max;
  Extent2d window = {2, 2};
  std::optional<Extent2d> stride = {};  ///< none: as far as the window, so that none overlap
  Padding padding = Padding::valid;

  /// The stride in effect.
  Extent2d step() const { return stride.value_or(window); }

  /// A stride left out equals one that is written and as large as the window.
  friend bool operator==(const PoolingOptions& a, const PoolingOptions& b) {
    return a.kind == b.kind && a.window == b.window && a.step() == b.step() &&
           a.padding == b.padding;
  }
};

/// Pools each channel's windows: {height, width, channels} → {output height, output width,
/// channels}. Padding counts neither for the largest nor for the average, as in Keras.
///
/// Backward gives an output's gradient to the first of its largest inputs, or 1/count of it to each
/// input of an average. A NaN in a window makes its output NaN, and takes its gradient.
///
/// Immutable; one object serves any number of tasks at once. No parameters, record or scratch.
template <std::floating_point T>
class Pooling final : public Layer<T> {
 public:
  /// Throws UsageError for options out of range.
  explicit Pooling(const PoolingOptions& options);

  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;

 private:
  Windows windows(const Shape& sample) const;

  PoolingOptions options_;
};

template <>
struct CatalogEntry<PoolingOptions> {
  template <std::floating_point T>
  using LayerClass = Pooling<T>;
  static constexpr std::array<std::string_view, 2> names{"maxpool", "avgpool"};
  static constexpr std::string_view grammar =
      "maxpool SIZE [stride SIZE] [valid|same]     (stride: the window's size)\n"
      "avgpool SIZE [stride SIZE] [valid|same]";
  static PoolingOptions read(std::string_view name, LayerWords& words);
  static std::string text(const PoolingOptions& options);
};

}  // namespace dtheta
