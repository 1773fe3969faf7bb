/// Dense: the fully connected layer.
#pragma once

#include "dtheta/layers/layer.hpp"
#include "dtheta/math/activation.hpp"

namespace dtheta {

struct DenseOptions {
  Size units = 0;  ///< outputs, at least 1
  ActivationOptions activation = {};

  friend bool operator==(const DenseOptions&, const DenseOptions&) = default;
};

/// Fully connected layer with its activation, a = g(x·W + b): equations (2) and (3), the column
/// μ = 0 of θ held apart as the bias. Keras' layout: kernel W {inputs, units}, bias b {units}.
///
/// The products with W, which serve every task of a step, run on panels of W and Wᵀ that are packed
/// once a step; the product of dW, whose factors are both new, is left to BLAS.
///
/// Immutable; one object serves any number of tasks at once. No record, no scratch.
template <std::floating_point T>
class Dense final : public Layer<T> {
 public:
  /// Throws UsageError for options out of range.
  explicit Dense(const DenseOptions& options);

  /// {inputs} → {units}.
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;

  Size prepared_size(std::span<const Shape> inputs, bool for_dinputs) const override;
  void prepare(const Prepare<T>& pass) const override;

  /// x {m, inputs} → a {m, units}.
  void forward(const Forward<T>& pass) const override;

  /// da {m, units} becomes dz, equation (10); dW and db are added to, (8); dx {m, inputs} is
  /// overwritten, (9).
  void backward(const Backward<T>& pass) const override;

 private:
  DenseOptions options_;
};

}  // namespace dtheta
