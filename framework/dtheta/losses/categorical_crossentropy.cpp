#include "dtheta/losses/categorical_crossentropy.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>

#include "dtheta/math/elementwise.hpp"

namespace dtheta {
namespace {

/// Sample n's k numbers. Cheaper than View::rows, which counts here: samples are short.
template <class T>
std::span<T> row(View<T> rows, Size n) {
  const auto k = static_cast<std::size_t>(rows.size() / rows.dim(0));
  return rows.span().subspan(static_cast<std::size_t>(n) * k, k);
}

template <std::floating_point T>
void subtract(std::span<const T> z, T largest, std::span<T> difference) {
  for (std::size_t i = 0; i < z.size(); ++i) difference[i] = z[i] - largest;
}

/// e {m, k} = e^(z − the largest z of its sample); `e` may be `z` itself.
template <std::floating_point T>
void shifted_exponentials(View<const T> z, View<T> e) {
  for (Size n = 0; n < z.dim(0); ++n) {
    subtract(row(z, n), std::ranges::max(row(z, n)), row(e, n));
  }
  exponentials(e.span());
}

template <std::floating_point T>
double add_up(std::span<const T> numbers, double sum = 0) {
  return std::accumulate(numbers.begin(), numbers.end(), sum);
}

/// The sum of one sample's shifted exponentials where there is no room for them; the bits are
/// those of shifted_exponentials and add_up.
template <std::floating_point T>
double sum_of_shifted_exponentials(std::span<const T> z) {
  const T largest = std::ranges::max(z);
  std::array<T, 64> buffer;
  double sum = 0;
  while (!z.empty()) {
    const std::span<T> e = std::span(buffer).first(std::min(z.size(), buffer.size()));
    subtract(z.first(e.size()), largest, e);
    exponentials(e);
    sum = add_up<T>(e, sum);
    z = z.subspan(e.size());
  }
  return sum;
}

/// One sample's J, given the sum of its shifted exponentials.
template <std::floating_point T>
double sample_loss(std::span<const T> z, std::span<const T> y, double sum) {
  const double largest = std::ranges::max(z);
  const double log_sum = std::log(sum);
  double loss = 0;
  for (std::size_t i = 0; i < z.size(); ++i) {
    if (y[i] == 0) continue;
    loss += static_cast<double>(y[i]) * ((largest - static_cast<double>(z[i])) + log_sum);
  }
  return loss;
}

}  // namespace

template <std::floating_point T>
double CategoricalCrossentropy<T>::forward_backward(View<const T> z, View<const T> y,
                                                    View<T> dz) const {
  assert(z.size() == y.size() && z.size() == dz.size());
  shifted_exponentials(z, dz);
  double loss_sum = 0;
  for (Size n = 0; n < z.dim(0); ++n) {
    const std::span<const T> y_n = row(y, n);
    const std::span<T> dz_n = row(dz, n);
    const double sum = add_up<T>(dz_n);
    loss_sum += sample_loss(row(z, n), y_n, sum);
    const T inverse = static_cast<T>(1 / sum);
    for (std::size_t i = 0; i < dz_n.size(); ++i) dz_n[i] = dz_n[i] * inverse - y_n[i];
  }
  return loss_sum;
}

template <std::floating_point T>
double CategoricalCrossentropy<T>::value(View<const T> z, View<const T> y) const {
  assert(z.size() == y.size());
  double loss_sum = 0;
  for (Size n = 0; n < z.dim(0); ++n) {
    loss_sum += sample_loss(row(z, n), row(y, n), sum_of_shifted_exponentials(row(z, n)));
  }
  return loss_sum;
}

template <std::floating_point T>
void CategoricalCrossentropy<T>::predict(View<const T> z, View<T> a) const {
  assert(z.size() == a.size());
  shifted_exponentials(z, a);
  for (Size n = 0; n < z.dim(0); ++n) {
    const std::span<T> a_n = row(a, n);
    const T inverse = static_cast<T>(1 / add_up<T>(a_n));
    for (T& probability : a_n) probability *= inverse;
  }
}

template class CategoricalCrossentropy<float>;
template class CategoricalCrossentropy<double>;

}  // namespace dtheta
