#include "dtheta/layers/global_pooling.hpp"

#include "dtheta/math/pool.hpp"

namespace dtheta {
namespace {

/// One window over the whole sample {height, width, channels}.
Windows whole(const Shape& sample) {
  const Size height = sample.rank() == 3 ? sample[0] : 1,
             width = sample.rank() == 3 ? sample[1] : 1;
  return slide(sample, {height, width}, {height, width}, Padding::valid);
}

/// {m, channels} → {m, 1, 1, channels}, the outputs of the one window.
template <class T>
View<T> as_picture(View<T> row) {
  return row.reshaped({row.dim(0), 1, 1, row.dim(1)});
}

}  // namespace

template <std::floating_point T>
GlobalPooling<T>::GlobalPooling(const GlobalPoolingOptions& options) : options_(options) {}

template <std::floating_point T>
Shape GlobalPooling<T>::output_shape(std::span<const Shape> inputs) const {
  return {whole(inputs[0]).channels};
}

template <std::floating_point T>
void GlobalPooling<T>::forward(const Forward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const Windows w = whole(x.shape().sample());
  if (options_.kind == PoolingKind::max) {
    max_pool(x, w, as_picture(pass.output));
  } else {
    average_pool(x, w, as_picture(pass.output));
  }
}

template <std::floating_point T>
void GlobalPooling<T>::backward(const Backward<T>& pass) const {
  const View<T> dx = pass.dinputs[0];
  if (dx.empty()) return;
  const Windows w = whole(dx.shape().sample());
  const View<const T> dy = as_picture(pass.doutput);
  if (options_.kind == PoolingKind::max) {
    max_pool_backward(pass.inputs[0], as_picture(pass.output), dy, w, dx);
  } else {
    average_pool_backward(dy, w, dx);
  }
}

GlobalPoolingOptions CatalogEntry<GlobalPoolingOptions>::read(std::string_view name, LayerWords&) {
  return {.kind = name == "globalmaxpool" ? PoolingKind::max : PoolingKind::average};
}

std::string CatalogEntry<GlobalPoolingOptions>::text(const GlobalPoolingOptions& options) {
  return options.kind == PoolingKind::max ? "globalmaxpool" : "globalavgpool";
}

template class GlobalPooling<float>;
template class GlobalPooling<double>;

}  // namespace dtheta
