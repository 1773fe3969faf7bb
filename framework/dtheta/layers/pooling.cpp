#include "dtheta/layers/pooling.hpp"

#include "dtheta/layers/checks.hpp"
#include "dtheta/math/pool.hpp"

namespace dtheta {

template <std::floating_point T>
Pooling<T>::Pooling(const PoolingOptions& options) : options_(options) {
  check_extent(options.window, "window");
  check_extent(options.step(), "stride");
}

template <std::floating_point T>
Windows Pooling<T>::windows(const Shape& sample) const {
  return slide(sample, options_.window, options_.step(), options_.padding);
}

template <std::floating_point T>
Shape Pooling<T>::output_shape(std::span<const Shape> inputs) const {
  const Windows w = windows(inputs[0]);
  return {w.vertical.output, w.horizontal.output, w.channels};
}

template <std::floating_point T>
void Pooling<T>::forward(const Forward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const Windows w = windows(x.shape().sample());
  if (options_.kind == PoolingKind::max) {
    max_pool(x, w, pass.output);
  } else {
    average_pool(x, w, pass.output);
  }
}

template <std::floating_point T>
void Pooling<T>::backward(const Backward<T>& pass) const {
  const View<T> dx = pass.dinputs[0];
  if (dx.empty()) return;
  const Windows w = windows(dx.shape().sample());
  if (options_.kind == PoolingKind::max) {
    max_pool_backward(pass.inputs[0], pass.output, View<const T>(pass.doutput), w, dx);
  } else {
    average_pool_backward(View<const T>(pass.doutput), w, dx);
  }
}

PoolingOptions CatalogEntry<PoolingOptions>::read(std::string_view name, LayerWords& words) {
  PoolingOptions options{.kind = name == "maxpool" ? PoolingKind::max : PoolingKind::average};
  options.window = take_extent(words, "the window's size");
  options.stride = take_stride(words);
  options.padding = take_padding(words);
  return options;
}

std::string CatalogEntry<PoolingOptions>::text(const PoolingOptions& options) {
  std::string text = options.kind == PoolingKind::max ? "maxpool " : "avgpool ";
  text += short_text(options.window);
  if (options.step() != options.window) text += " stride " + short_text(options.step());
  if (options.padding == Padding::same) text += " same";
  return text;
}

template class Pooling<float>;
template class Pooling<double>;

}  // namespace dtheta
