#include "dtheta/losses/categorical_crossentropy.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <numeric>
#include <span>

#include "dtheta/math/elementwise.hpp"

namespace dtheta {
namespace {

/// e {k} = e^(z − largest), where `e` may be `z`; returns `sum` plus their sum.
template <std::floating_point T>
double add_exponentials(std::span<const T> z, T largest, std::span<T> e, double sum) {
  for (std::size_t i = 0; i < z.size(); ++i) e[i] = z[i] - largest;
  exponentials(e);
  return std::accumulate(e.begin(), e.end(), sum);
}

/// log Σ_c e^(z_c − largest) where there is no room for the exponentials; bit for bit the
/// logarithm of add_exponentials.
template <std::floating_point T>
double log_sum(std::span<const T> z, T largest) {
  std::array<T, 64> e;
  double sum = 0;
  while (!z.empty()) {
    const std::size_t count = std::min(z.size(), e.size());
    sum = add_exponentials(z.first(count), largest, std::span(e).first(count), sum);
    z = z.subspan(count);
  }
  return std::log(sum);
}

/// One sample's J.
template <std::floating_point T>
double sample_loss(std::span<const T> z, std::span<const T> y, T largest, double log_sum) {
  double loss = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (y[i] == 0) continue;
    const double distance = static_cast<double>(largest) - static_cast<double>(z[i]);
    loss += static_cast<double>(y[i]) * (distance + log_sum);
  }
  return loss;
}

}  // namespace

template <std::floating_point T>
double CategoricalCrossentropy<T>::forward_backward(View<const T> z, View<const T> y,
                                                    View<T> dz) const {
  assert(z.size() == y.size() && z.size() == dz.size());
  double loss_sum = 0;
  for (Size n = 0; n < z.dim(0); ++n) {
    const std::span<const T> z_n = z.rows(n, 1).span();
    const std::span<const T> y_n = y.rows(n, 1).span();
    const std::span<T> dz_n = dz.rows(n, 1).span();
    const T largest = std::ranges::max(z_n);
    const double sum = add_exponentials(z_n, largest, dz_n, 0.0);
    loss_sum += sample_loss(z_n, y_n, largest, std::log(sum));
    scale(static_cast<T>(1 / sum), dz_n);
    add_scaled(T{-1}, y_n, dz_n);
  }
  return loss_sum;
}

template <std::floating_point T>
double CategoricalCrossentropy<T>::value(View<const T> z, View<const T> y) const {
  assert(z.size() == y.size());
  double loss_sum = 0;
  for (Size n = 0; n < z.dim(0); ++n) {
    const std::span<const T> z_n = z.rows(n, 1).span();
    const T largest = std::ranges::max(z_n);
    loss_sum += sample_loss(z_n, y.rows(n, 1).span(), largest, log_sum(z_n, largest));
  }
  return loss_sum;
}

template <std::floating_point T>
void CategoricalCrossentropy<T>::predict(View<const T> z, View<T> a) const {
  assert(z.size() == a.size());
  for (Size n = 0; n < z.dim(0); ++n) {
    const std::span<const T> z_n = z.rows(n, 1).span();
    const std::span<T> a_n = a.rows(n, 1).span();
    const double sum = add_exponentials(z_n, std::ranges::max(z_n), a_n, 0.0);
    scale(static_cast<T>(1 / sum), a_n);
  }
}

template class CategoricalCrossentropy<float>;
template class CategoricalCrossentropy<double>;

}  // namespace dtheta
