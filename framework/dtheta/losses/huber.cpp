#include "dtheta/losses/huber.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"

namespace dtheta {

template <std::floating_point T>
Huber<T>::Huber(double delta)
    : delta_(delta), name_(delta == 1 ? "huber" : fmt::format("huber {}", delta)) {
  if (std::isfinite(delta) && delta > 0) return;
  throw UsageError(fmt::format("huber {}: wanted a distance above 0", delta));
}

template <std::floating_point T>
double Huber<T>::value(View<const T> z, View<const T> y) const {
  assert(z.size() == y.size());
  double sum = 0;
  for (Size i = 0; i < z.size(); ++i) {
    const double distance = std::abs(static_cast<double>(z[i]) - static_cast<double>(y[i]));
    sum += distance <= delta_ ? distance * distance / 2 : delta_ * (distance - delta_ / 2);
  }
  return sum / static_cast<double>(z.shape().sample().size());
}

template <std::floating_point T>
double Huber<T>::forward_backward(View<const T> z, View<const T> y, View<T> dz) const {
  assert(z.size() == dz.size());
  const double sum = value(z, y);
  const T most = static_cast<T>(delta_);
  const T outputs = static_cast<T>(z.shape().sample().size());
  for (Size i = 0; i < z.size(); ++i) dz[i] = std::clamp(z[i] - y[i], -most, most) / outputs;
  return sum;
}

template <std::floating_point T>
void Huber<T>::predict(View<const T> z, View<T> a) const {
  assert(z.size() == a.size());
  if (a.data() != z.data()) std::ranges::copy(z.span(), a.data());
}

template class Huber<float>;
template class Huber<double>;

}  // namespace dtheta
