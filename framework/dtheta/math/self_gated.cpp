#include "dtheta/math/self_gated.hpp"

#include <array>
#include <cassert>
#include <cstddef>
#include <limits>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/math/self_gated.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#include "dtheta/math/activation_functions-inl.hpp"
#include "dtheta/math/vector_loop-inl.hpp"

#ifndef DTHETA_MATH_SELF_GATED_KERNELS_
#define DTHETA_MATH_SELF_GATED_KERNELS_
namespace dtheta {
namespace {

/// What each instruction set offers.
template <class T>
struct SelfGateKernels {
  void (*forward)(const T* z, T* a, std::size_t n, SelfGate gate);
  void (*backward)(const T* z, const T* da, T* dz, std::size_t n, SelfGate gate);
};

/// Chebyshev coefficients of (1 + 2x)·e^(x²)·erfc x by t = (x − 3.75)/(x + 3.75): Shepherd and
/// Laframboise, "Chebyshev approximation of (1 + 2x) exp(x²) erfc x in 0 ≤ x < ∞" (Mathematics of
/// Computation 36, 1981). Their sum ends 13 terms in at float's rounding, 24 at double's.
constexpr std::array erfc_coefficients{
    1.1775789345674017541,      -0.0045900545806464773309,  -0.084249133366517915584,
    0.059209939998191890498,    -0.026658668435305752277,   0.0090749976707052650939,
    -0.0024131635404176081909,  0.00049077583652580863229,  -6.9169733025012063671e-5,
    4.1390279860730101675e-6,   7.7403830661984906686e-7,   -2.1886401049234395661e-7,
    1.0764999465670910377e-8,   4.5219598112182868979e-9,   -7.7544002088313511065e-10,
    -6.3180883408866844944e-11, 2.8687950109306698981e-11,  1.945586854577734723e-13,
    -9.6546967484334389059e-13, 3.2525481481487398415e-14,  3.3478119482868053878e-14,
    -1.8645628804193131015e-15, -1.2507950530688647085e-15, 7.418235256624043463e-17};

}  // namespace
}  // namespace dtheta
#endif

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {
namespace hn = hwy::HWY_NAMESPACE;

/// (1 + 2x)·e^(x²)·erfc x for x ≥ 0, by Clenshaw's recursion.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V scaled_erfc(D d, V x) {
  using T = hn::TFromD<D>;
  constexpr std::size_t terms =
      std::numeric_limits<T>::digits < 30 ? std::size_t{13} : erfc_coefficients.size();
  const V centre = hn::Set(d, T{3.75});
  const V t = hn::Div(hn::Sub(x, centre), hn::Add(x, centre));
  const V twice = hn::Add(t, t);
  V last = hn::Zero(d), b = hn::Set(d, static_cast<T>(erfc_coefficients[terms - 1]));
  for (std::size_t n = terms - 2; n >= 1; --n) {
    const V coefficient = hn::Set(d, static_cast<T>(erfc_coefficients[n]));
    const V next = hn::Add(hn::Sub(hn::Mul(twice, b), last), coefficient);
    last = b;
    b = next;
  }
  return hn::Add(hn::Sub(hn::Mul(t, b), last), hn::Set(d, static_cast<T>(erfc_coefficients[0])));
}

struct Gelu {
  /// Φ(z), and e^(-z²/2) along with it. Beyond |z| = 40 both are 0 or 1 to the last bit.
  template <class D, class V>
  HWY_INLINE V normal_distribution(D d, V z, V& bell) const {
    using T = hn::TFromD<D>;
    const V one = hn::Set(d, T{1});
    const V far = hn::Min(hn::Abs(z), hn::Set(d, T{40}));
    bell = exp_of_nonpositive(d, hn::Mul(hn::Set(d, T{-0.5}), hn::Mul(far, far)));
    const V x = hn::Mul(far, hn::Set(d, static_cast<T>(0.70710678118654752440)));
    const V half = hn::Set(d, T{0.5});
    const V tail =
        hn::Div(hn::Mul(hn::Mul(half, bell), scaled_erfc(d, x)), hn::Add(one, hn::Add(x, x)));
    return hn::IfThenElse(hn::Gt(z, hn::Zero(d)), hn::Sub(one, tail), tail);
  }
  template <class D, class V>
  HWY_INLINE V value(D d, V z) const {
    V bell;
    return hn::Mul(z, normal_distribution(d, z, bell));
  }
  /// Φ(z) + z·φ(z)
  template <class D, class V>
  HWY_INLINE V derivative(D d, V z, V da) const {
    using T = hn::TFromD<D>;
    V bell;
    const V phi = normal_distribution(d, z, bell);
    const V density = hn::Mul(bell, hn::Set(d, static_cast<T>(0.39894228040143267794)));
    return hn::Mul(da, hn::Add(phi, hn::Mul(z, density)));
  }
};

struct Silu {
  template <class D, class V>
  HWY_INLINE V value(D d, V z) const {
    return hn::Mul(z, Sigmoid().value(d, z));
  }
  /// σ(z)·(1 + z·σ(−z)); 1 − σ(z) would cancel for large z.
  template <class D, class V>
  HWY_INLINE V derivative(D d, V z, V da) const {
    const V one = hn::Set(d, hn::TFromD<D>{1});
    const V s = Sigmoid().value(d, z), rest = Sigmoid().value(d, hn::Neg(z));
    return hn::Mul(da, hn::Mul(s, hn::Add(one, hn::Mul(z, rest))));
  }
};

template <class G>
struct Gate {
  template <class D, class T>
  HWY_INLINE void operator()(D d, const T* z, T* a) const {
    hn::StoreU(G().value(d, hn::LoadU(d, z)), d, a);
  }
};

template <class G>
struct Differentiate {
  template <class D, class T>
  HWY_INLINE void operator()(D d, const T* z, const T* da, T* dz) const {
    hn::StoreU(G().derivative(d, hn::LoadU(d, z), hn::LoadU(d, da)), d, dz);
  }
};

template <class T>
void forward(const T* z, T* a, std::size_t n, SelfGate gate) {
  if (gate == SelfGate::gelu) return for_each_vector<T>(n, Gate<Gelu>(), z, a);
  for_each_vector<T>(n, Gate<Silu>(), z, a);
}

template <class T>
void backward(const T* z, const T* da, T* dz, std::size_t n, SelfGate gate) {
  if (gate == SelfGate::gelu) return for_each_vector<T>(n, Differentiate<Gelu>(), z, da, dz);
  for_each_vector<T>(n, Differentiate<Silu>(), z, da, dz);
}

SelfGateKernels<float> float_kernels() { return {forward<float>, backward<float>}; }
SelfGateKernels<double> double_kernels() { return {forward<double>, backward<double>}; }

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
SelfGateKernels<T> kernels() {
  if constexpr (std::same_as<T, float>) {
    return HWY_DYNAMIC_DISPATCH(float_kernels)();
  } else {
    return HWY_DYNAMIC_DISPATCH(double_kernels)();
  }
}

}  // namespace

std::string_view self_gate_name(SelfGate gate) { return gate == SelfGate::gelu ? "gelu" : "silu"; }

template <std::floating_point T>
void self_gate(std::span<const T> z, SelfGate gate, std::span<T> a) {
  assert(z.size() == a.size());
  kernels<T>().forward(z.data(), a.data(), z.size(), gate);
}

template <std::floating_point T>
void self_gate_backward(std::span<const T> z, SelfGate gate, std::span<const T> da,
                        std::span<T> dz) {
  assert(z.size() == da.size() && z.size() == dz.size());
  kernels<T>().backward(z.data(), da.data(), dz.data(), z.size(), gate);
}

template void self_gate(std::span<const float>, SelfGate, std::span<float>);
template void self_gate(std::span<const double>, SelfGate, std::span<double>);
template void self_gate_backward(std::span<const float>, SelfGate, std::span<const float>,
                                 std::span<float>);
template void self_gate_backward(std::span<const double>, SelfGate, std::span<const double>,
                                 std::span<double>);

}  // namespace dtheta
#endif  // HWY_ONCE
