#include "dtheta/losses/mean_squared_error.hpp"

#include <algorithm>
#include <cassert>

namespace dtheta {

template <std::floating_point T>
double MeanSquaredError<T>::value(View<const T> z, View<const T> y) const {
  assert(z.size() == y.size());
  double sum = 0;
  for (Size i = 0; i < z.size(); ++i) {
    const double error = static_cast<double>(z[i]) - static_cast<double>(y[i]);
    sum += error * error;
  }
  return sum / static_cast<double>(z.shape().sample().size());
}

template <std::floating_point T>
double MeanSquaredError<T>::forward_backward(View<const T> z, View<const T> y, View<T> dz) const {
  assert(z.size() == dz.size());
  const double sum = value(z, y);
  const T slope = T{2} / static_cast<T>(z.shape().sample().size());
  for (Size i = 0; i < z.size(); ++i) dz[i] = slope * (z[i] - y[i]);
  return sum;
}

template <std::floating_point T>
void MeanSquaredError<T>::predict(View<const T> z, View<T> a) const {
  assert(z.size() == a.size());
  if (a.data() != z.data()) std::ranges::copy(z.span(), a.data());
}

template class MeanSquaredError<float>;
template class MeanSquaredError<double>;

}  // namespace dtheta
