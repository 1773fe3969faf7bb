#include "dtheta/math/columns.hpp"

#include <cassert>
#include <concepts>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/math/columns.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#include "dtheta/math/vector_loop-inl.hpp"

#ifndef DTHETA_MATH_COLUMNS_KERNELS_
#define DTHETA_MATH_COLUMNS_KERNELS_
namespace dtheta {
namespace {

/// What each instruction set offers; of arrays {m, k} and coefficients {k}.
template <class T>
struct ColumnKernels {
  void (*add_moments)(const T* u, const T* v, std::size_t m, std::size_t k, double* sums);
  void (*map)(const T* x, const T* u, std::size_t m, std::size_t k, const ColumnMap<T>& map, T* y);
};

}  // namespace
}  // namespace dtheta
#endif

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {

template <class D>
HWY_INLINE hn::Vec<D> load_as_double(D d, const double* x) {
  return hn::LoadU(d, x);
}

template <class D>
HWY_INLINE hn::Vec<D> load_as_double(D d, const float* x) {
  const hn::Rebind<float, D> narrow;
  return hn::PromoteTo(d, hn::LoadU(narrow, x));
}

/// The columns from `first` on that `ways` vectors of double hold.
template <std::size_t ways, class D, class T>
HWY_INLINE void add_moments_of(D d, const T* u, const T* v, std::size_t m, std::size_t k,
                               std::size_t first, double* sums) {
  const std::size_t lanes = hn::Lanes(d);
  hn::Vec<D> plain[ways];
  hn::Vec<D> products[ways];
  for (std::size_t way = 0; way < ways; ++way) {
    plain[way] = hn::LoadU(d, sums + first + way * lanes);
    products[way] = hn::LoadU(d, sums + k + first + way * lanes);
  }
  for (std::size_t row = 0; row < m; ++row) {
    for (std::size_t way = 0; way < ways; ++way) {
      const std::size_t at = row * k + first + way * lanes;
      const auto a = load_as_double(d, u + at);
      plain[way] = hn::Add(plain[way], a);
      products[way] = hn::Add(products[way], hn::Mul(a, load_as_double(d, v + at)));
    }
  }
  for (std::size_t way = 0; way < ways; ++way) {
    hn::StoreU(plain[way], d, sums + first + way * lanes);
    hn::StoreU(products[way], d, sums + k + first + way * lanes);
  }
}

template <class T>
void add_moments(const T* u, const T* v, std::size_t m, std::size_t k, double* sums) {
  const hn::ScalableTag<double> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t first = 0;
  for (; first + 4 * lanes <= k; first += 4 * lanes) {
    add_moments_of<4>(d, u, v, m, k, first, sums);
  }
  for (; first + lanes <= k; first += lanes) add_moments_of<1>(d, u, v, m, k, first, sums);
  const hn::CappedTag<double, 1> one;
  for (; first < k; ++first) add_moments_of<1>(one, u, v, m, k, first, sums);
}

template <class T>
struct Map {
  template <class D>
  HWY_INLINE void operator()(D d, const T* x, const T* shift, const T* slope, const T* offset,
                             T* y) const {
    const auto moved = hn::Sub(hn::LoadU(d, x), hn::LoadU(d, shift));
    hn::StoreU(hn::Add(hn::Mul(moved, hn::LoadU(d, slope)), hn::LoadU(d, offset)), d, y);
  }
};

template <class T>
struct MapTwo {
  template <class D>
  HWY_INLINE void operator()(D d, const T* x, const T* u, const T* shift, const T* slope,
                             const T* offset, const T* weight, T* y) const {
    const auto moved = hn::Sub(hn::LoadU(d, x), hn::LoadU(d, shift));
    const auto mapped = hn::Add(hn::Mul(moved, hn::LoadU(d, slope)), hn::LoadU(d, offset));
    hn::StoreU(hn::Add(mapped, hn::Mul(hn::LoadU(d, u), hn::LoadU(d, weight))), d, y);
  }
};

template <class T>
void map(const T* x, const T* u, std::size_t m, std::size_t k, const ColumnMap<T>& map, T* y) {
  const T* const shift = map.shift.data();
  const T* const slope = map.slope.data();
  const T* const offset = map.offset.data();
  const T* const weight = map.weight.data();
  for (std::size_t row = 0; row < m; ++row, x += k, y += k) {
    if (u == nullptr) {
      for_each_vector<T>(k, Map<T>(), x, shift, slope, offset, y);
    } else {
      for_each_vector<T>(k, MapTwo<T>(), x, u + row * k, shift, slope, offset, weight, y);
    }
  }
}

template <class T>
ColumnKernels<T> kernels() {
  return {add_moments<T>, map<T>};
}

ColumnKernels<float> float_kernels() { return kernels<float>(); }
ColumnKernels<double> double_kernels() { return kernels<double>(); }

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
ColumnKernels<T> kernels() {
  if constexpr (std::same_as<T, float>)
    return HWY_DYNAMIC_DISPATCH(float_kernels)();
  else
    return HWY_DYNAMIC_DISPATCH(double_kernels)();
}

template <class T>
std::size_t rows(View<T> view) {
  return static_cast<std::size_t>(view.dim(0));
}

template <class T>
std::size_t columns(View<T> view) {
  return static_cast<std::size_t>(view.dim(1));
}

}  // namespace

template <std::floating_point T>
void add_column_moments(View<const T> u, View<const T> v, std::span<double> sums) {
  assert(u.shape() == v.shape() && sums.size() == 2 * columns(u));
  kernels<T>().add_moments(u.data(), v.data(), rows(u), columns(u), sums.data());
}

template <std::floating_point T>
void map_columns(View<const T> x, const ColumnMap<T>& map, View<T> y) {
  assert(x.shape() == y.shape() && map.slope.size() == columns(x));
  kernels<T>().map(x.data(), nullptr, rows(x), columns(x), map, y.data());
}

template <std::floating_point T>
void map_columns(View<const T> x, View<const T> u, const ColumnMap<T>& map, View<T> y) {
  assert(x.shape() == y.shape() && x.shape() == u.shape() && map.weight.size() == columns(x));
  kernels<T>().map(x.data(), u.data(), rows(x), columns(x), map, y.data());
}

template void add_column_moments(View<const float>, View<const float>, std::span<double>);
template void add_column_moments(View<const double>, View<const double>, std::span<double>);
template void map_columns(View<const float>, const ColumnMap<float>&, View<float>);
template void map_columns(View<const double>, const ColumnMap<double>&, View<double>);
template void map_columns(View<const float>, View<const float>, const ColumnMap<float>&,
                          View<float>);
template void map_columns(View<const double>, View<const double>, const ColumnMap<double>&,
                          View<double>);

}  // namespace dtheta
#endif  // HWY_ONCE
