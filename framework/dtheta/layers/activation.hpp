/// ActivationLayer: an activation as a layer of its own.
#pragma once

#include "dtheta/layers/layer.hpp"
#include "dtheta/math/activation.hpp"

namespace dtheta {

/// a = g(z), number by number, for samples of any shape: equations (2) and (16), backward (10) and
/// (22). For an activation that follows a pooling layer or another activation; after a dense or
/// convolution layer it is cheaper as that layer's option.
///
/// Immutable; one object serves any number of tasks at once. No parameters, no record.
template <std::floating_point T>
class ActivationLayer final : public Layer<T> {
 public:
  /// Throws UsageError for options out of range.
  explicit ActivationLayer(const ActivationOptions& options);

  /// {any shape} → the same.
  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;

 private:
  ActivationOptions options_;
};

}  // namespace dtheta
