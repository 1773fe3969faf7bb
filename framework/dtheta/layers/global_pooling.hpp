/// GlobalPooling: the largest or the average number of each channel.
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "dtheta/layers/catalog_entry.hpp"
#include "dtheta/layers/layer.hpp"
#include "dtheta/layers/layer_words.hpp"
#include "dtheta/layers/pooling.hpp"

namespace dtheta {

struct GlobalPoolingOptions {
  PoolingKind kind = PoolingKind::average;

  friend bool operator==(const GlobalPoolingOptions&, const GlobalPoolingOptions&) = default;
};

/// Pools each channel of a whole sample: {height, width, channels} → {channels}. Lin, Chen and Yan,
/// "Network in network" (2014). Backward as Pooling.
///
/// Immutable; one object serves any number of tasks at once. No parameters, record or scratch.
template <std::floating_point T>
class GlobalPooling final : public Layer<T> {
 public:
  explicit GlobalPooling(const GlobalPoolingOptions& options);

  Shape output_shape(std::span<const Shape> inputs) const override;
  void forward(const Forward<T>& pass) const override;
  void backward(const Backward<T>& pass) const override;

 private:
  GlobalPoolingOptions options_;
};

template <>
struct CatalogEntry<GlobalPoolingOptions> {
  template <std::floating_point T>
  using LayerClass = GlobalPooling<T>;
  static constexpr std::array<std::string_view, 2> names{"globalmaxpool", "globalavgpool"};
  static constexpr std::string_view grammar =
      "globalmaxpool\n"
      "globalavgpool";
  static GlobalPoolingOptions read(std::string_view name, LayerWords& words);
  static std::string text(const GlobalPoolingOptions& options);
};

}  // namespace dtheta
