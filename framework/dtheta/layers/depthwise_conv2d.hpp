/// DepthwiseConv2d: convolution of each channel by itself.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"
#include "dtheta/math/activation.hpp"
#include "dtheta/math/window.hpp"

namespace dtheta {

struct DepthwiseConv2dOptions {
  Extent2d kernel = {3, 3};
  Size multiplier = 1;  ///< filters a channel, at least 1
  Extent2d stride = {1, 1};
  Padding padding = Padding::valid;
  Extent2d dilation = {1, 1};  ///< not beside a stride above 1
  ActivationOptions activation = {};

  friend bool operator==(const DepthwiseConv2dOptions&, const DepthwiseConv2dOptions&) = default;
};

/// Depthwise convolution with its activation: equations (15)–(22) without the sum over input
/// channels; channel c gives the output channels c·multiplier, ..., c·multiplier + multiplier − 1.
/// Keras' layout: "depthwise_kernel" θ {kernel height, kernel width, channels, multiplier}, bias b
/// {channels · multiplier}. By math/depthwise.hpp; with a multiplier on samples whose channels are
/// first repeated.
///
/// Immutable; one object serves any number of tasks at once. No record; scratch with a multiplier.
template <std::floating_point T>
class DepthwiseConv2d final : public Layer<T> {
 public:
  /// Throws UsageError for options out of range.
  explicit DepthwiseConv2d(const DepthwiseConv2dOptions& options);

  /// {height, width, channels} → {output height, output width, channels · multiplier}.
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  Footprint footprint(std::span<const Shape> inputs, Size batch) const override;
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;

 private:
  Windows windows(const Shape& sample) const;
  View<const T> repeated(View<const T> sample, std::span<T> scratch) const;

  DepthwiseConv2dOptions options_;
};

template <>
struct CatalogEntry<DepthwiseConv2dOptions> {
  template <std::floating_point T>
  using LayerClass = DepthwiseConv2d<T>;
  static constexpr std::array<std::string_view, 1> names{"depthwise"};
  static constexpr std::string_view grammar =
      "depthwise SIZE [multiplier COUNT] [stride SIZE] [valid|same] [dilation SIZE] [ACTIVATION]";
  static DepthwiseConv2dOptions read(std::string_view name, LayerWords& words);
  static std::string text(const DepthwiseConv2dOptions& options);
};

}  // namespace dtheta
