/// BatchNormalization: batch normalization.
#pragma once

#include <array>
#include <string>
#include <string_view>
#include <utility>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"
#include "dtheta/math/activation.hpp"
#include "dtheta/math/columns.hpp"

namespace dtheta {

/// PyTorch's defaults; Keras' are a momentum of 0.01 (which it calls 0.99) and an epsilon of 1e-3.
struct BatchNormalizationOptions {
  double momentum = 0.1;  ///< weight of the newest batch in the moving statistics, in (0, 1]
  double epsilon = 1e-5;  ///< added to the variance, above 0
  Size group = 0;         ///< samples that are normalized together; 0: the whole batch
  ActivationOptions activation = {};  ///< g of a = g(z)

  friend bool operator==(const BatchNormalizationOptions&,
                         const BatchNormalizationOptions&) = default;
};

/// z = γ ⊙ (x − μ) / √(σ² + ε) + β for each channel (the last axis), then a = g(z). In training μ
/// and σ² are mean and variance over all samples and positions of the batch; in inference the
/// moving statistics of the training. (Ioffe and Szegedy, "Batch normalization", 2015.)
///
/// The sums over the batch are those of all its shards, so what comes out does not depend on how it
/// was cut, but for rounding. With `group` the batch is normalized in groups of that many samples
/// (Hoffer et al., "Train longer, generalize better", 2017). The moving variance is the unbiased
/// one, as in PyTorch. Keras' parameters: gamma and beta {channels}, which are free of weight
/// decay, moving_mean and moving_variance {channels}, which are not trained.
///
/// Immutable; one object serves any number of tasks at once. No record; scratch for coefficients.
template <std::floating_point T>
class BatchNormalization final : public Layer<T> {
 public:
  /// Throws UsageError for options out of range.
  explicit BatchNormalization(const BatchNormalizationOptions& options);

  /// Any shape → that shape.
  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  Footprint footprint(std::span<const Shape> inputs, Size batch) const override;

  /// For each group and channel Σ x and Σ x²; and Σ dz and Σ dz·x.
  BatchSums batch_sums(std::span<const Shape> inputs, Size batch) const override;
  void forward_sums(const SumOver<T>& pass) const override;
  /// da becomes dz.
  void backward_sums(const SumOver<T>& pass) const override;
  void update_statistics(std::span<const double> sums, Size batch, std::span<const Shape> inputs,
                         std::span<const View<T>> theta) const override;

  void forward(const Forward<T>& pass) const override;
  /// In training dz becomes dx by the derivatives of μ and σ², too, and the call with the batch's
  /// first sample adds the whole batch's dγ and dβ. In inference the statistics are constants, and
  /// dθ is not made.
  void backward(const Backward<T>& pass) const override;

 private:
  struct Moments;
  template <class Body>
  void for_each_group(const PassContext& context, Size m, Body body) const;
  Size group_size(Size batch) const { return options_.group == 0 ? batch : options_.group; }
  double numbers(Size group, Size batch, const Shape& sample) const;
  Moments moments(std::span<const double> sums, Size group, Size channels, Size channel,
                  double count) const;
  Moments moving_moments(std::span<const View<const T>> theta, Size channel) const;
  std::pair<double, double> derivatives(std::span<const double> dsums, Size group, Size channels,
                                        Size channel, const Moments& of) const;
  void add_dtheta(const Backward<T>& pass) const;
  void inference_backward(const Backward<T>& pass) const;

  BatchNormalizationOptions options_;
};

template <>
struct CatalogEntry<BatchNormalizationOptions> {
  template <std::floating_point T>
  using LayerClass = BatchNormalization<T>;
  static constexpr std::array<std::string_view, 1> names{"batchnorm"};
  static constexpr std::string_view grammar =
      "batchnorm [momentum SHARE] [epsilon NUMBER] [group SAMPLES] [ACTIVATION]";
  static BatchNormalizationOptions read(std::string_view name, LayerWords& words);
  static std::string text(const BatchNormalizationOptions& options);
};

}  // namespace dtheta
