/// GroupedConv2d: convolutions of groups of channels, side by side.
#pragma once

#include "dtheta/layers/conv2d.hpp"

namespace dtheta {

/// Convolution of G groups (Krizhevsky et al., 2012): group g has input channels g·C/G, ... and
/// makes output channels g·filters/G, ... with a kernel of its own. Keras' layout: kernel θ {kernel
/// height, kernel width, C/G, filters}, bias b {filters}.
///
/// Each group is a Conv2d, by whatever algorithm suits it, on copies of its channels. Immutable;
/// one object serves any number of tasks at once. No record; scratch for those copies.
template <std::floating_point T>
class GroupedConv2d final : public Layer<T> {
 public:
  /// Throws UsageError for options out of range.
  explicit GroupedConv2d(const Conv2dOptions& options);

  /// {height, width, C} → {output height, output width, filters}.
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  Footprint footprint(std::span<const Shape> inputs, Size batch) const override;
  Size prepared_size(std::span<const Shape> inputs, bool for_dinputs) const override;
  /// Of whole groups.
  void prepare(const Prepare<T>& pass) const override;
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;

 private:
  struct Parts;

  Shape group_input(const Shape& sample) const;
  Shape group_kernel(const Shape& sample) const;
  Parts parts(const Shape& sample, const Shape& output, Size m) const;
  void backward(const Backward<T>& pass, const Parts& at, Size g) const;
  template <class Number>
  std::span<Number> part(std::span<Number> prepared, Size g) const;

  Size groups_;
  Size filters_;  ///< of a group
  Extent2d kernel_;
  Conv2d<T> group_;
};

}  // namespace dtheta
