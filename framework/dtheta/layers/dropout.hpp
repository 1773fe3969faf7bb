/// Dropout: noise that keeps units from relying on one another.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"

namespace dtheta {

struct DropoutOptions {
  double rate = 0.5;  ///< share of numbers that become zero, in [0, 1)

  friend bool operator==(const DropoutOptions&, const DropoutOptions&) = default;
};

/// In training a = x ⊙ r / (1 − rate), where each number of the mask r is 0 with probability
/// `rate` and 1 otherwise; in inference a = x. (Srivastava et al., "Dropout: a simple way to
/// prevent neural networks from overfitting", 2014, in the inverted form.)
///
/// The mask of a sample is keyed by the training's seed, the epoch, the layer and the sample: the
/// same on any number of threads. The record holds it. Immutable; one object serves any number of
/// tasks at once.
template <std::floating_point T>
class Dropout final : public Layer<T> {
 public:
  /// Throws UsageError unless 0 ≤ rate < 1.
  explicit Dropout(const DropoutOptions& options);

  Shape output_shape(std::span<const Shape> inputs) const override;
  Footprint footprint(std::span<const Shape> inputs, Size batch) const override;
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;

 private:
  DropoutOptions options_;
};

template <>
struct CatalogEntry<DropoutOptions> {
  template <std::floating_point T>
  using LayerClass = Dropout<T>;
  static constexpr std::array<std::string_view, 1> names{"dropout"};
  static constexpr std::string_view grammar = "dropout RATE";
  static DropoutOptions read(std::string_view name, LayerWords& words);
  static std::string text(const DropoutOptions& options);
};

}  // namespace dtheta
