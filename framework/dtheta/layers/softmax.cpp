#include "dtheta/layers/softmax.hpp"

#include <algorithm>

#include "dtheta/math/elementwise.hpp"

namespace dtheta {
namespace {

/// Calls row(first number) for each row of k.
template <class Row>
void for_each_row(Size size, Size k, const Row& row) {
  for (Size first = 0; first < size; first += k) row(first);
}

}  // namespace

template <std::floating_point T>
Softmax<T>::Softmax(const SoftmaxOptions&) {}

template <std::floating_point T>
Shape Softmax<T>::output_shape(std::span<const Shape> inputs) const {
  return inputs[0];
}

template <std::floating_point T>
void Softmax<T>::forward(const Forward<T>& pass) const {
  const View<const T> z = pass.inputs[0];
  const View<T> a = pass.output;
  const Size k = z.shape().extents().back();
  for_each_row(z.size(), k, [&](Size first) {
    const T* const from = z.data() + first;
    const T largest = *std::max_element(from, from + k);
    for (Size i = 0; i < k; ++i) a.data()[first + i] = from[i] - largest;
  });
  exponentials(a.span());
  for_each_row(a.size(), k, [&](Size first) {
    T* const row = a.data() + first;
    T sum = 0;
    for (Size i = 0; i < k; ++i) sum += row[i];
    for (Size i = 0; i < k; ++i) row[i] /= sum;
  });
}

template <std::floating_point T>
void Softmax<T>::backward(const Backward<T>& pass) const {
  const View<T> dz = pass.dinputs[0];
  if (dz.empty()) return;
  const Size k = dz.shape().extents().back();
  for_each_row(dz.size(), k, [&](Size first) {
    const T* const a = pass.output.data() + first;
    const T* const da = pass.doutput.data() + first;
    T sum = 0;
    for (Size i = 0; i < k; ++i) sum += da[i] * a[i];
    for (Size i = 0; i < k; ++i) dz.data()[first + i] = a[i] * (da[i] - sum);
  });
}

SoftmaxOptions CatalogEntry<SoftmaxOptions>::read(std::string_view, LayerWords&) { return {}; }

std::string CatalogEntry<SoftmaxOptions>::text(const SoftmaxOptions&) { return "softmax"; }

template class Softmax<float>;
template class Softmax<double>;

}  // namespace dtheta
