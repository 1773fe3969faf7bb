/// The activations and their derivatives on one vector. Included once for each instruction set,
/// after highway.h's foreach_target.h; include it in kernel sources only.
// No `#pragma once`: Highway's toggle lets each instruction set see this header once.
#if defined(DTHETA_MATH_ACTIVATION_FUNCTIONS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef DTHETA_MATH_ACTIVATION_FUNCTIONS_INL_HPP_
#undef DTHETA_MATH_ACTIVATION_FUNCTIONS_INL_HPP_
#else
#define DTHETA_MATH_ACTIVATION_FUNCTIONS_INL_HPP_
#endif

#include <hwy/highway.h>

#include "dtheta/math/activation.hpp"
#include "dtheta/math/exponential-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// Each activation: a = value(d, z) and dz = derivative(d, a, da).

struct Identity {
  template <class D, class V>
  HWY_INLINE V value(D, V z) const {
    return z;
  }
  template <class D, class V>
  HWY_INLINE V derivative(D, V, V da) const {
    return da;
  }
};

struct Sigmoid {
  /// From e^-|z|, which cannot overflow: 1/(1 + e) or e/(1 + e). Relative error below 4·2⁻²⁴
  /// (float), 4·2⁻⁵³ (double).
  template <class D, class V>
  HWY_INLINE V value(D d, V z) const {
    const V one = hn::Set(d, hn::TFromD<D>{1});
    const V e = exp_of_nonpositive(d, hn::Neg(hn::Abs(z)));
    const V numerator = hn::IfThenElse(hn::Lt(z, hn::Zero(d)), e, one);
    return hn::Div(numerator, hn::Add(one, e));
  }
  template <class D, class V>
  HWY_INLINE V derivative(D d, V a, V da) const {
    return hn::Mul(da, hn::Mul(a, hn::Sub(hn::Set(d, hn::TFromD<D>{1}), a)));
  }
};

struct Tanh {
  /// tanh |z| = -t/(2 + t) with t = e^(-2|z|) - 1: no cancellation near 0, no overflow. Relative
  /// error below 4·2⁻²⁴ (float), 4·2⁻⁵³ (double).
  template <class D, class V>
  HWY_INLINE V value(D d, V z) const {
    const V two = hn::Set(d, hn::TFromD<D>{2});
    const V t = expm1_of_nonpositive(d, hn::Neg(hn::Mul(two, hn::Abs(z))));
    return hn::CopySign(hn::Div(t, hn::Add(two, t)), z);
  }
  template <class D, class V>
  HWY_INLINE V derivative(D d, V a, V da) const {
    return hn::Mul(da, hn::Sub(hn::Set(d, hn::TFromD<D>{1}), hn::Mul(a, a)));
  }
};

struct Relu {
  template <class D, class V>
  HWY_INLINE V value(D d, V z) const {
    return hn::IfThenZeroElse(hn::Le(z, hn::Zero(d)), z);  // a comparison with NaN is false
  }
  template <class D, class V>
  HWY_INLINE V derivative(D d, V a, V da) const {
    return hn::IfThenElseZero(hn::Gt(a, hn::Zero(d)), da);
  }
};

template <class T>
struct LeakyRelu {
  T slope;

  template <class D, class V>
  HWY_INLINE V value(D d, V z) const {
    return hn::IfThenElse(hn::Gt(z, hn::Zero(d)), z, hn::Mul(hn::Set(d, slope), z));
  }
  template <class D, class V>
  HWY_INLINE V derivative(D d, V a, V da) const {
    return hn::IfThenElse(hn::Gt(a, hn::Zero(d)), da, hn::Mul(hn::Set(d, slope), da));
  }
};

template <class T>
struct Elu {
  T alpha;

  template <class D, class V>
  HWY_INLINE V value(D d, V z) const {
    const V below = expm1_of_nonpositive(d, hn::Neg(hn::Abs(z)));
    return hn::IfThenElse(hn::Gt(z, hn::Zero(d)), z, hn::Mul(hn::Set(d, alpha), below));
  }
  /// alpha·eᶻ = a + alpha where z is not above 0.
  template <class D, class V>
  HWY_INLINE V derivative(D d, V a, V da) const {
    const V below = hn::Mul(da, hn::Add(a, hn::Set(d, alpha)));
    return hn::IfThenElse(hn::Gt(a, hn::Zero(d)), da, below);
  }
};

struct Softplus {
  /// max(z, 0) + ln(1 + e^-|z|), which cannot overflow. Relative error below 4·2⁻²⁴ (float),
  /// 4·2⁻⁵³ (double).
  template <class D, class V>
  HWY_INLINE V value(D d, V z) const {
    const V rest = log1p_of_unit(d, exp_of_nonpositive(d, hn::Neg(hn::Abs(z))));
    return hn::Add(hn::IfThenElseZero(hn::Gt(z, hn::Zero(d)), z), rest);
  }
  /// The sigmoid of z, 1 − e⁻ᵃ.
  template <class D, class V>
  HWY_INLINE V derivative(D d, V a, V da) const {
    return hn::Mul(da, hn::Neg(expm1_of_nonpositive(d, hn::Neg(a))));
  }
};

/// Calls body(g) with the function that `activation` names.
template <class T, class Body>
void with_activation(const ActivationOptions& activation, const Body& body) {
  switch (activation.kind) {
    case Activation::identity:
      return body(Identity());
    case Activation::sigmoid:
      return body(Sigmoid());
    case Activation::tanh:
      return body(Tanh());
    case Activation::relu:
      return body(Relu());
    case Activation::leaky_relu:
      return body(LeakyRelu<T>{static_cast<T>(activation.slope)});
    case Activation::elu:
      return body(Elu<T>{static_cast<T>(activation.alpha)});
    case Activation::softplus:
      return body(Softplus());
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dtheta
HWY_AFTER_NAMESPACE();

#endif  // per target
