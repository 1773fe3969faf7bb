#include "dtheta/math/layer_normalization.hpp"

#include <array>
#include <cassert>
#include <cmath>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/math/layer_normalization.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#ifndef DTHETA_MATH_LAYER_NORMALIZATION_KERNELS_
#define DTHETA_MATH_LAYER_NORMALIZATION_KERNELS_
namespace dtheta {
namespace {

/// What each instruction set offers, for a row of k.
template <class T>
struct NormalizationKernels {
  T (*sum)(const T* x, std::size_t k);
  T (*squares)(const T* x, T mean, std::size_t k);
  void (*normalize)(const T* x, const T* gamma, const T* beta, T mean, T inverse, T* y,
                    std::size_t k);
  /// Adds to dγ and dβ; returns the sums of g and g ⊙ x̂.
  std::array<T, 2> (*add_dtheta)(const T* x, const T* gamma, const T* dy, T mean, T inverse,
                                 T* dgamma, T* dbeta, std::size_t k);
  void (*backward)(const T* x, const T* gamma, const T* dy, T mean, T inverse,
                   std::array<T, 2> means, T* dx, std::size_t k);
};

}  // namespace
}  // namespace dtheta
#endif

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {

/// Partial sums, number i into sum i mod 16: as many on every instruction set, so that all add in
/// the same order.
template <class T>
class Sums {
 public:
  static constexpr std::size_t ways = 16;

  /// Adds `number(i)` for i = 0, ..., k − 1.
  template <class Number>
  HWY_INLINE void add(std::size_t k, const Number& number) {
    std::size_t i = 0;
    for (; i + ways <= k; i += ways) {
      for (std::size_t way = 0; way < ways; ++way) sums_[way] += number(i + way);
    }
    for (std::size_t way = 0; i + way < k; ++way) sums_[way] += number(i + way);
  }
  HWY_INLINE T total() {
    for (std::size_t half = ways / 2; half > 0; half /= 2) {
      for (std::size_t way = 0; way < half; ++way) sums_[way] += sums_[way + half];
    }
    return sums_[0];
  }

 private:
  HWY_ALIGN_MAX T sums_[ways] = {};
};

template <class T>
T sum(const T* x, std::size_t k) {
  Sums<T> sums;
  sums.add(k, [&](std::size_t i) HWY_ATTR { return x[i]; });
  return sums.total();
}

template <class T>
T squares(const T* x, T mean, std::size_t k) {
  Sums<T> sums;
  sums.add(k, [&](std::size_t i) HWY_ATTR { return (x[i] - mean) * (x[i] - mean); });
  return sums.total();
}

template <class T>
void normalize(const T* x, const T* gamma, const T* beta, T mean, T inverse, T* HWY_RESTRICT y,
               std::size_t k) {
  for (std::size_t i = 0; i < k; ++i) y[i] = (x[i] - mean) * inverse * gamma[i] + beta[i];
}

template <class T>
std::array<T, 2> add_dtheta(const T* x, const T* gamma, const T* dy, T mean, T inverse,
                            T* HWY_RESTRICT dgamma, T* HWY_RESTRICT dbeta, std::size_t k) {
  if (dgamma != nullptr) {
    for (std::size_t i = 0; i < k; ++i) {
      dgamma[i] += dy[i] * ((x[i] - mean) * inverse);
      dbeta[i] += dy[i];
    }
  }
  Sums<T> g, with_x;
  g.add(k, [&](std::size_t i) HWY_ATTR { return gamma[i] * dy[i]; });
  with_x.add(k,
             [&](std::size_t i) HWY_ATTR { return gamma[i] * dy[i] * ((x[i] - mean) * inverse); });
  return {g.total(), with_x.total()};
}

template <class T>
void backward(const T* x, const T* gamma, const T* dy, T mean, T inverse, std::array<T, 2> means,
              T* HWY_RESTRICT dx, std::size_t k) {
  for (std::size_t i = 0; i < k; ++i) {
    const T normal = (x[i] - mean) * inverse;
    dx[i] = (gamma[i] * dy[i] - means[0] - normal * means[1]) * inverse;
  }
}

template <class T>
NormalizationKernels<T> all_kernels() {
  return {sum<T>, squares<T>, normalize<T>, add_dtheta<T>, backward<T>};
}
NormalizationKernels<float> float_kernels() { return all_kernels<float>(); }
NormalizationKernels<double> double_kernels() { return all_kernels<double>(); }

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dtheta
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dtheta {
namespace {

HWY_EXPORT(float_kernels);
HWY_EXPORT(double_kernels);

/// Those of the best instruction set of this CPU.
template <std::floating_point T>
NormalizationKernels<T> kernels() {
  if constexpr (std::same_as<T, float>) {
    return HWY_DYNAMIC_DISPATCH(float_kernels)();
  } else {
    return HWY_DYNAMIC_DISPATCH(double_kernels)();
  }
}

}  // namespace

template <std::floating_point T>
void layer_normalize(View<const T> x, View<const T> gamma, View<const T> beta, T epsilon, View<T> y,
                     std::span<T> record) {
  const Size k = x.dim(1);
  assert(gamma.size() == k && beta.size() == k);
  const auto count = static_cast<std::size_t>(k);
  const NormalizationKernels<T> by = kernels<T>();
  for (Size row = 0; row < x.dim(0); ++row) {
    const T* const from = x.data() + row * k;
    const T mean = by.sum(from, count) / static_cast<T>(k);
    const T variance = by.squares(from, mean, count) / static_cast<T>(k);
    const T inverse = 1 / std::sqrt(variance + epsilon);
    by.normalize(from, gamma.data(), beta.data(), mean, inverse, y.data() + row * k, count);
    record[static_cast<std::size_t>(2 * row)] = mean;
    record[static_cast<std::size_t>(2 * row + 1)] = inverse;
  }
}

template <std::floating_point T>
void layer_normalize_backward(View<const T> x, View<const T> gamma, View<const T> dy,
                              std::span<const T> record, View<T> dgamma, View<T> dbeta,
                              View<T> dx) {
  const Size k = x.dim(1);
  const auto count = static_cast<std::size_t>(k);
  const NormalizationKernels<T> by = kernels<T>();
  for (Size row = 0; row < x.dim(0); ++row) {
    const T* const from = x.data() + row * k;
    const T* const delta = dy.data() + row * k;
    const T mean = record[static_cast<std::size_t>(2 * row)];
    const T inverse = record[static_cast<std::size_t>(2 * row + 1)];
    std::array<T, 2> means =
        by.add_dtheta(from, gamma.data(), delta, mean, inverse, dgamma.data(), dbeta.data(), count);
    if (dx.empty()) continue;
    for (T& each : means) each /= static_cast<T>(k);
    by.backward(from, gamma.data(), delta, mean, inverse, means, dx.data() + row * k, count);
  }
}

template void layer_normalize(View<const float>, View<const float>, View<const float>, float,
                              View<float>, std::span<float>);
template void layer_normalize(View<const double>, View<const double>, View<const double>, double,
                              View<double>, std::span<double>);
template void layer_normalize_backward(View<const float>, View<const float>, View<const float>,
                                       std::span<const float>, View<float>, View<float>,
                                       View<float>);
template void layer_normalize_backward(View<const double>, View<const double>, View<const double>,
                                       std::span<const double>, View<double>, View<double>,
                                       View<double>);

}  // namespace dtheta
#endif  // HWY_ONCE
