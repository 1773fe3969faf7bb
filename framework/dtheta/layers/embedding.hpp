/// Embedding: a row of numbers for each whole number.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"

namespace dtheta {

struct EmbeddingOptions {
  Size vocabulary = 0;  ///< rows, at least 1
  Size units = 0;       ///< numbers in a row, at least 1

  friend bool operator==(const EmbeddingOptions&, const EmbeddingOptions&) = default;
};

/// {any shape} → {the shape, units}: number i becomes row i of the table "embeddings" {vocabulary,
/// units}. Numbers are rounded to the nearest whole one; below 0 or from the vocabulary's size on
/// they have no row, and give NaN, by which a training ends as diverged. dθ is added in the order
/// of the numbers; dx is zero.
///
/// Immutable; one object serves any number of tasks at once. No record, no scratch.
template <std::floating_point T>
class Embedding final : public Layer<T> {
 public:
  /// Throws UsageError for options out of range.
  explicit Embedding(const EmbeddingOptions& options);

  Shape output_shape(std::span<const Shape> inputs) const override;
  std::vector<ParameterSpec> parameters(std::span<const Shape> inputs) const override;
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;

 private:
  EmbeddingOptions options_;
};

template <>
struct CatalogEntry<EmbeddingOptions> {
  template <std::floating_point T>
  using LayerClass = Embedding<T>;
  static constexpr std::array<std::string_view, 1> names{"embedding"};
  static constexpr std::string_view grammar = "embedding VOCABULARY UNITS";
  static EmbeddingOptions read(std::string_view name, LayerWords& words);
  static std::string text(const EmbeddingOptions& options);
};

}  // namespace dtheta
