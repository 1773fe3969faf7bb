#include "dtheta/losses/binary_crossentropy.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include "dtheta/math/activation.hpp"
#include "dtheta/math/elementwise.hpp"

namespace dtheta {

template <std::floating_point T>
double BinaryCrossentropy<T>::value(View<const T> z, View<const T> y) const {
  assert(z.size() == y.size());
  double sum = 0;
  for (Size i = 0; i < z.size(); ++i) {
    const double zi = z[i];
    sum += std::max(zi, 0.0) - zi * static_cast<double>(y[i]) + std::log1p(std::exp(-std::abs(zi)));
  }
  return sum;
}

template <std::floating_point T>
double BinaryCrossentropy<T>::forward_backward(View<const T> z, View<const T> y, View<T> dz) const {
  const double sum = value(z, y);
  predict(z, dz);
  add_scaled<T>(T{-1}, y.span(), dz.span());
  return sum;
}

template <std::floating_point T>
void BinaryCrossentropy<T>::predict(View<const T> z, View<T> a) const {
  assert(z.size() == a.size());
  if (a.data() != z.data()) std::ranges::copy(z.span(), a.data());
  add_bias_and_activate(a, View<const T>(), {.kind = Activation::sigmoid});
}

template class BinaryCrossentropy<float>;
template class BinaryCrossentropy<double>;

}  // namespace dtheta
