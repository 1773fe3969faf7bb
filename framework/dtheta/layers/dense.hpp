/// Dense: the fully connected layer.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"
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
/// once a step. dW is as large as W, so a copy for each shard would cost more than its products:
/// backward can leave x and dz, packed, in a deposit, from which blocks of rows of dW = xᵀ·dz are
/// made over the whole batch. Without one, as for few units, dW is a sum of outer products.
///
/// Immutable; one object serves any number of tasks at once. No record.
template <std::floating_point T>
class Dense final : public Layer<T> {
 public:
  /// Throws UsageError for options out of range.
  explicit Dense(const DenseOptions& options);

  /// {inputs} → {units}.
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;

  Footprint footprint(std::span<const Shape> inputs, Size batch) const override;
  Size prepared_size(std::span<const Shape> inputs, bool for_dinputs) const override;
  void prepare(const Prepare<T>& pass) const override;

  /// x {m, inputs} → a {m, units}.
  void forward(const Forward<T>& pass) const override;

  /// da {m, units} becomes dz, equation (10); dW and db are added to, (8), unless there is a
  /// deposit; dx {m, inputs} is overwritten, (9).
  void backward(const Backward<T>& pass) const override;

  /// x in tiles of rows of xᵀ, then dz in panels; where units are at least a quarter of the batch.
  Size deposit_size(std::span<const Shape> inputs, Size batch) const override;
  void batch_dtheta(const BatchDtheta<T>& pass) const override;

 private:
  void leave(const Backward<T>& pass) const;

  DenseOptions options_;
};

template <>
struct CatalogEntry<DenseOptions> {
  template <std::floating_point T>
  using LayerClass = Dense<T>;
  static constexpr std::array<std::string_view, 1> names{"dense"};
  static constexpr std::string_view grammar = "dense UNITS [ACTIVATION]";
  static DenseOptions read(std::string_view name, LayerWords& words);
  static std::string text(const DenseOptions& options);
};

}  // namespace dtheta
