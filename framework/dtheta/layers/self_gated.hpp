/// SelfGated: gelu and silu.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"
#include "dtheta/math/self_gated.hpp"

namespace dtheta {

struct SelfGatedOptions {
  SelfGate gate = SelfGate::gelu;

  friend bool operator==(const SelfGatedOptions&, const SelfGatedOptions&) = default;
};

/// a = g(z), number by number, for samples of any shape, and dz = da ⊙ g'(z). A layer of its own
/// also behind dense and convolution layers: its derivative needs z, which a fused activation
/// overwrites.
///
/// Immutable; one object serves any number of tasks at once. No parameters, record or scratch.
template <std::floating_point T>
class SelfGated final : public Layer<T> {
 public:
  explicit SelfGated(const SelfGatedOptions& options);

  /// {any shape} → the same.
  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;

 private:
  SelfGatedOptions options_;
};

template <>
struct CatalogEntry<SelfGatedOptions> {
  template <std::floating_point T>
  using LayerClass = SelfGated<T>;
  static constexpr std::array<std::string_view, 2> names{"gelu", "silu"};
  static constexpr std::string_view grammar =
      "gelu\n"
      "silu";
  static SelfGatedOptions read(std::string_view name, LayerWords& words);
  static std::string text(const SelfGatedOptions& options);
};

}  // namespace dtheta
