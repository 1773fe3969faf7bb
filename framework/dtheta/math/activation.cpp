#include "dtheta/math/activation.hpp"

#include <algorithm>
#include <cassert>
#include <concepts>
#include <cstddef>
#include <numeric>
#include <type_traits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/math/activation.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#include "dtheta/math/activation_functions-inl.hpp"
#include "dtheta/math/vector_loop-inl.hpp"

#ifndef DTHETA_MATH_ACTIVATION_KERNELS_
#define DTHETA_MATH_ACTIVATION_KERNELS_
namespace dtheta {
namespace {

/// What each instruction set offers; arrays are {m, k} and {k}.
template <class T>
struct ActivationKernels {
  void (*forward)(T* z, const T* bias, std::size_t m, std::size_t k, const ActivationOptions& g);
  void (*backward)(const T* a, T* da, std::size_t n, const ActivationOptions& g);
  void (*add_column_sums)(const T* dz, T* db, std::size_t m, std::size_t k);
};

}  // namespace
}  // namespace dtheta
#endif

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {

template <class G>
struct Activate {
  G g;

  template <class D, class T>
  HWY_INLINE void operator()(D d, T* z) const {
    hn::StoreU(g.value(d, hn::LoadU(d, z)), d, z);
  }
  template <class D, class T>
  HWY_INLINE void operator()(D d, const T* bias, T* z) const {
    hn::StoreU(g.value(d, hn::Add(hn::LoadU(d, z), hn::LoadU(d, bias))), d, z);
  }
};

template <class G>
struct Differentiate {
  G g;

  template <class D, class T>
  HWY_INLINE void operator()(D d, const T* a, T* da) const {
    hn::StoreU(g.derivative(d, hn::LoadU(d, a), hn::LoadU(d, da)), d, da);
  }
};

/// Rows are joined until they fill whole vectors, with the bias repeated as often: rows of 6 or 10
/// numbers would waste most of every vector, and each leave a tail.
template <class T, class G>
void activate_rows(T* z, const T* bias, std::size_t m, std::size_t k, const G& g) {
  if (bias == nullptr) return for_each_vector<T>(m * k, Activate<G>{g}, z);
  constexpr std::size_t longest = 1024;
  HWY_ALIGN_MAX T repeated[longest];
  const std::size_t lanes = hn::Lanes(hn::ScalableTag<T>());
  const std::size_t rows_without_tail = lanes / std::gcd(lanes, k);
  std::size_t rows = longest / k / rows_without_tail * rows_without_tail;
  rows = std::max<std::size_t>(std::min(rows, m), 1);
  if (rows > 1) {
    for (std::size_t row = 0; row < rows; ++row) std::copy_n(bias, k, repeated + row * k);
    bias = repeated;
  }
  for (std::size_t row = 0; row < m; row += rows) {
    for_each_vector<T>(std::min(rows, m - row) * k, Activate<G>{g}, bias, z + row * k);
  }
}

template <class T>
void forward(T* z, const T* bias, std::size_t m, std::size_t k, const ActivationOptions& g) {
  with_activation<T>(g, [&](const auto& function) { activate_rows(z, bias, m, k, function); });
}

template <class T>
void backward(const T* a, T* da, std::size_t n, const ActivationOptions& g) {
  if (g.kind == Activation::identity) return;
  with_activation<T>(g, [&](const auto& function) {
    for_each_vector<T>(n, Differentiate<std::decay_t<decltype(function)>>{function}, a, da);
  });
}

/// Narrow rows are joined, as above: row n goes into partial sum n mod 16, a row of its own.
template <class T>
void add_column_sums(const T* dz, T* db, std::size_t m, std::size_t k) {
  constexpr std::size_t ways = 16;
  constexpr std::size_t narrow = 64;
  const std::size_t joined = k <= narrow && m > ways ? ways : 1;
  HWY_ALIGN_MAX T sums[ways * narrow];
  T* sum = joined > 1 ? sums : db;
  if (joined > 1) std::fill_n(sums, joined * k, T{0});
  for (std::size_t row = 0; row < m; row += joined) {
    for_each_vector<T>(std::min(joined, m - row) * k, AddTo(), dz + row * k, sum);
  }
  if (joined == 1) return;
  for (std::size_t half = joined / 2; half > 0; half /= 2) {
    for_each_vector<T>(half * k, AddTo(), sums + half * k, sums);
  }
  for_each_vector<T>(k, AddTo(), sums, db);
}

ActivationKernels<float> float_kernels() {
  return {forward<float>, backward<float>, add_column_sums<float>};
}
ActivationKernels<double> double_kernels() {
  return {forward<double>, backward<double>, add_column_sums<double>};
}

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
ActivationKernels<T> kernels() {
  if constexpr (std::same_as<T, float>) {
    return HWY_DYNAMIC_DISPATCH(float_kernels)();
  } else {
    return HWY_DYNAMIC_DISPATCH(double_kernels)();
  }
}

std::size_t count(Size size) { return static_cast<std::size_t>(size); }

/// The length k of a row of {m, ..., k}.
template <class T>
Size columns(View<T> rows) {
  return rows.dim(rows.shape().rank() - 1);
}

}  // namespace

std::string_view activation_name(Activation kind) {
  switch (kind) {
    case Activation::identity:
      return "linear";
    case Activation::sigmoid:
      return "sigmoid";
    case Activation::tanh:
      return "tanh";
    case Activation::relu:
      return "relu";
    case Activation::leaky_relu:
      return "leaky_relu";
    case Activation::elu:
      return "elu";
    case Activation::softplus:
      return "softplus";
  }
  return "";  // not reached: all enumerators are above
}

template <std::floating_point T>
void add_bias_and_activate(View<T> z, View<const T> bias, const ActivationOptions& activation) {
  if (z.size() == 0 || (bias.empty() && activation.kind == Activation::identity)) return;
  const Size k = columns(z);
  assert(bias.empty() || bias.size() == k);
  kernels<T>().forward(z.data(), bias.data(), count(z.size() / k), count(k), activation);
}

template <std::floating_point T>
void activation_backward(View<const T> a, View<T> da, const ActivationOptions& activation) {
  assert(a.size() == da.size());
  kernels<T>().backward(a.data(), da.data(), count(a.size()), activation);
}

template <std::floating_point T>
void add_column_sums(View<const T> dz, View<T> db) {
  if (dz.size() == 0) return;
  const Size k = columns(dz);
  assert(db.size() == k);
  kernels<T>().add_column_sums(dz.data(), db.data(), count(dz.size() / k), count(k));
}

template void add_bias_and_activate(View<float>, View<const float>, const ActivationOptions&);
template void add_bias_and_activate(View<double>, View<const double>, const ActivationOptions&);
template void activation_backward(View<const float>, View<float>, const ActivationOptions&);
template void activation_backward(View<const double>, View<double>, const ActivationOptions&);
template void add_column_sums(View<const float>, View<float>);
template void add_column_sums(View<const double>, View<double>);

}  // namespace dtheta
#endif  // HWY_ONCE
