/// Conv2d: convolution over height and width.
#pragma once

#include <array>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"
#include "dtheta/math/activation.hpp"
#include "dtheta/math/window.hpp"

namespace dtheta {

/// How a convolution is computed. The results agree up to rounding.
enum class ConvAlgorithm {
  automatic,  ///< the fastest one for the shape
  direct,     ///< windows read in place
  im2col,     ///< windows copied side by side, then one matrix product
  winograd,   ///< F(4×4, 3×3); for 3×3 kernels with stride 1 only
};

/// The algorithm's word in a layer list; "automatic" for that, which has none there.
std::string_view algorithm_name(ConvAlgorithm algorithm);
/// Its inverse; nothing for an unknown word.
std::optional<ConvAlgorithm> algorithm_named(std::string_view name);

struct Conv2dOptions {
  Size filters = 0;          ///< output channels, at least 1
  Extent2d kernel = {3, 3};  ///< f of the note
  Extent2d stride = {1, 1};  ///< S of the note
  Padding padding = Padding::valid;
  Extent2d dilation = {1, 1};  ///< inputs from tap to tap; not beside a stride above 1
  Size groups = 1;             ///< divides channels and filters; above 1: GroupedConv2d
  ActivationOptions activation = {};
  ConvAlgorithm algorithm = ConvAlgorithm::automatic;

  friend bool operator==(const Conv2dOptions&, const Conv2dOptions&) = default;
};

/// Convolution of one group with its activation, a = g(z): equations (15) and (16), summed over the
/// input channels, with one filter and one bias for each output channel. Keras' layout: kernel θ
/// {kernel height, kernel width, input channels, filters}, bias b {filters}.
///
/// 3×3 kernels with stride 1 and enough channels: by Winograd's algorithm, math/winograd.hpp.
/// Few input channels: math/direct_convolution.hpp, but for dx. All others, and that: by im2col and
/// matrix products on tiles of output positions whose columns fit the second-level cache; a tile
/// may span samples, so small feature maps give large products too. Where windows are the input's
/// memory in order (1x1 kernels, kernels as large as the sample) nothing is copied.
///
/// Immutable; one object serves any number of tasks at once. No record; scratch for one tile.
template <std::floating_point T>
class Conv2d final : public Layer<T> {
 public:
  /// Throws UsageError for options out of range, and for several groups.
  explicit Conv2d(const Conv2dOptions& options);

  /// {height, width, channels} → {output height, output width, filters}.
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  Footprint footprint(std::span<const Shape> inputs, Size batch) const override;
  Size prepared_size(std::span<const Shape> inputs, bool for_dinputs) const override;
  void prepare(const Prepare<T>& pass) const override;

  /// x {m, height, width, channels} → a {m, output height, output width, filters}.
  void forward(const Forward<T>& pass) const override;

  /// da becomes dz, equation (22); dθ (17) and db are added to; dx (19) is overwritten.
  void backward(const Backward<T>& pass) const override;

 private:
  Windows windows(const Shape& sample) const;
  ConvAlgorithm algorithm(const Windows& windows) const;
  void im2col_forward(const Forward<T>& pass, const Windows& windows) const;
  void columns_backward(const Backward<T>& pass, const Windows& windows, bool wants_dtheta) const;
  Size tile_positions(const Windows& windows, Size positions) const;
  View<const T> tile_columns(View<const T> x, const Windows& windows, Size first, Size count,
                             std::span<T> scratch) const;

  Conv2dOptions options_;
};

template <>
struct CatalogEntry<Conv2dOptions> {
  template <std::floating_point T>
  static std::unique_ptr<Layer<T>> make(const Conv2dOptions& options);
  static constexpr std::array<std::string_view, 1> names{"conv"};
  static constexpr std::string_view grammar =
      "conv FILTERS SIZE [stride SIZE] [valid|same] [dilation SIZE] [groups COUNT]"
      "\n    [direct|im2col|winograd] [ACTIVATION]";
  static Conv2dOptions read(std::string_view name, LayerWords& words);
  static std::string text(const Conv2dOptions& options);
};

}  // namespace dtheta
