#include "dtheta/math/elementwise.hpp"

#include <cassert>
#include <concepts>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/math/elementwise.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#include "dtheta/math/exponential-inl.hpp"
#include "dtheta/math/vector_loop-inl.hpp"

#ifndef DTHETA_MATH_ELEMENTWISE_KERNELS_
#define DTHETA_MATH_ELEMENTWISE_KERNELS_
namespace dtheta {
namespace {

/// What each instruction set offers.
template <class T>
struct ElementwiseKernels {
  void (*add)(const T* x, T* y, std::size_t n);
  void (*scale)(T alpha, T* y, std::size_t n);
  void (*add_scaled)(T alpha, const T* x, T* y, std::size_t n);
  void (*clamp)(T limit, T* y, std::size_t n);
  void (*exponentials)(T* x, std::size_t n);
  double (*sum_of_squares)(const T* x, std::size_t n);
};

}  // namespace
}  // namespace dtheta
#endif

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {

template <class T>
struct Scale {
  T alpha;

  template <class D>
  HWY_INLINE void operator()(D d, T* y) const {
    hn::StoreU(hn::Mul(hn::LoadU(d, y), hn::Set(d, alpha)), d, y);
  }
};

template <class T>
struct AddScaled {
  T alpha;

  template <class D>
  HWY_INLINE void operator()(D d, const T* x, T* y) const {
    const auto product = hn::Mul(hn::Set(d, alpha), hn::LoadU(d, x));
    hn::StoreU(hn::Add(hn::LoadU(d, y), product), d, y);
  }
};

template <class T>
struct Clamp {
  T limit;

  template <class D>
  HWY_INLINE void operator()(D d, T* y) const {
    const auto v = hn::LoadU(d, y);
    const auto largest = hn::CopySign(hn::Set(d, limit), v);
    hn::StoreU(hn::IfThenElse(hn::Gt(hn::Abs(v), hn::Set(d, limit)), largest, v), d, y);
  }
};

struct Exponentials {
  template <class D, class T>
  HWY_INLINE void operator()(D d, T* x) const {
    hn::StoreU(exp_of_nonpositive(d, hn::LoadU(d, x)), d, x);
  }
};

template <class T>
void add(const T* x, T* y, std::size_t n) {
  for_each_vector<T>(n, AddTo(), x, y);
}

template <class T>
void scale(T alpha, T* y, std::size_t n) {
  for_each_vector<T>(n, Scale<T>{alpha}, y);
}

template <class T>
void add_scaled(T alpha, const T* x, T* y, std::size_t n) {
  for_each_vector<T>(n, AddScaled<T>{alpha}, x, y);
}

template <class T>
void clamp(T limit, T* y, std::size_t n) {
  for_each_vector<T>(n, Clamp<T>{limit}, y);
}

template <class T>
void exponentials(T* x, std::size_t n) {
  for_each_vector<T>(n, Exponentials(), x);
}

/// As many numbers of x as a vector of double holds, as double.
template <class D>
HWY_INLINE hn::Vec<D> load_as_double(D d, const double* x) {
  return hn::LoadU(d, x);
}

template <class D>
HWY_INLINE hn::Vec<D> load_as_double(D d, const float* x) {
  const hn::Rebind<float, D> narrow;
  return hn::PromoteTo(d, hn::LoadU(narrow, x));
}

/// Number i is added to partial sum i mod 64, then the partial sums are added in halves: an order
/// that knows no vector width, with independent chains enough for the adders.
template <class T>
double sum_of_squares(const T* x, std::size_t n) {
  constexpr std::size_t ways = 64;
  const hn::CappedTag<double, ways> d;
  HWY_ALIGN_MAX double sums[ways] = {};
  const auto add_squares = [&](const T* numbers) HWY_ATTR {
    for (std::size_t way = 0; way < ways; way += hn::Lanes(d)) {
      const auto v = load_as_double(d, numbers + way);
      hn::Store(hn::Add(hn::Load(d, sums + way), hn::Mul(v, v)), d, sums + way);
    }
  };
  std::size_t i = 0;
  for (; i + ways <= n; i += ways) add_squares(x + i);
  if (i < n) {
    T rest[ways] = {};
    std::copy_n(x + i, n - i, rest);
    add_squares(rest);
  }
  for (std::size_t half = ways / 2; half > 0; half /= 2) {
    for (std::size_t way = 0; way < half; ++way) sums[way] += sums[way + half];
  }
  return sums[0];
}

template <class T>
ElementwiseKernels<T> kernels() {
  return {add<T>, scale<T>, add_scaled<T>, clamp<T>, exponentials<T>, sum_of_squares<T>};
}

ElementwiseKernels<float> float_kernels() { return kernels<float>(); }
ElementwiseKernels<double> double_kernels() { return kernels<double>(); }

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
ElementwiseKernels<T> kernels() {
  if constexpr (std::same_as<T, float>)
    return HWY_DYNAMIC_DISPATCH(float_kernels)();
  else
    return HWY_DYNAMIC_DISPATCH(double_kernels)();
}

}  // namespace

template <std::floating_point T>
void add(std::span<const T> x, std::span<T> y) {
  assert(x.size() == y.size());
  kernels<T>().add(x.data(), y.data(), y.size());
}

template <std::floating_point T>
void scale(T alpha, std::span<T> y) {
  kernels<T>().scale(alpha, y.data(), y.size());
}

template <std::floating_point T>
void add_scaled(T alpha, std::span<const T> x, std::span<T> y) {
  assert(x.size() == y.size());
  kernels<T>().add_scaled(alpha, x.data(), y.data(), y.size());
}

template <std::floating_point T>
void clamp(T limit, std::span<T> y) {
  kernels<T>().clamp(limit, y.data(), y.size());
}

template <std::floating_point T>
void exponentials(std::span<T> x) {
  kernels<T>().exponentials(x.data(), x.size());
}

template <std::floating_point T>
double sum_of_squares(std::span<const T> x) {
  return kernels<T>().sum_of_squares(x.data(), x.size());
}

template void add(std::span<const float>, std::span<float>);
template void add(std::span<const double>, std::span<double>);
template void scale(float, std::span<float>);
template void scale(double, std::span<double>);
template void add_scaled(float, std::span<const float>, std::span<float>);
template void add_scaled(double, std::span<const double>, std::span<double>);
template void clamp(float, std::span<float>);
template void clamp(double, std::span<double>);
template void exponentials(std::span<float>);
template void exponentials(std::span<double>);
template double sum_of_squares(std::span<const float>);
template double sum_of_squares(std::span<const double>);

}  // namespace dtheta
#endif  // HWY_ONCE
