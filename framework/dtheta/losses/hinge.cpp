#include "dtheta/losses/hinge.hpp"

#include <algorithm>
#include <cassert>
#include <cstddef>
#include <span>

namespace dtheta {
namespace {

/// max(0, lack) and its slope; both are NaN where `lack` is.
double positive(double lack) { return lack <= 0 ? 0 : lack; }
double slope(double lack) { return lack > 0 ? 1 : positive(lack); }

/// J of one sample; overwrites dz unless that is empty.
template <std::floating_point T>
double sample_loss(std::span<const T> z, std::span<const T> y, std::span<T> dz) {
  double loss = 0;
  std::ranges::fill(dz, T{0});
  for (std::size_t c = 0; c < z.size(); ++c) {
    if (y[c] == 0) continue;
    const double share = static_cast<double>(y[c]) / static_cast<double>(z.size());
    double slopes = 0;
    for (std::size_t i = 0; i < z.size(); ++i) {
      if (i == c) continue;
      const double lack = 1 - static_cast<double>(z[c]) + static_cast<double>(z[i]);
      loss += share * positive(lack);
      slopes += slope(lack);
      if (!dz.empty()) dz[i] += static_cast<T>(share * slope(lack));
    }
    if (!dz.empty()) dz[c] -= static_cast<T>(share * slopes);
  }
  return loss;
}

/// Σ J; overwrites dz unless that is empty.
template <std::floating_point T>
double sum_of_losses(View<const T> z, View<const T> y, std::span<T> dz) {
  assert(z.size() == y.size());
  const auto k = static_cast<std::size_t>(z.shape().sample().size());
  double sum = 0;
  for (std::size_t at = 0; at < z.span().size(); at += k) {
    const std::span<T> dz_row = dz.empty() ? dz : dz.subspan(at, k);
    sum += sample_loss(z.span().subspan(at, k), y.span().subspan(at, k), dz_row);
  }
  return sum;
}

}  // namespace

template <std::floating_point T>
double Hinge<T>::value(View<const T> z, View<const T> y) const {
  return sum_of_losses<T>(z, y, {});
}

template <std::floating_point T>
double Hinge<T>::forward_backward(View<const T> z, View<const T> y, View<T> dz) const {
  assert(z.size() == dz.size());
  return sum_of_losses<T>(z, y, dz.span());
}

template <std::floating_point T>
void Hinge<T>::predict(View<const T> z, View<T> a) const {
  assert(z.size() == a.size());
  if (a.data() != z.data()) std::ranges::copy(z.span(), a.data());
}

template class Hinge<float>;
template class Hinge<double>;

}  // namespace dtheta
