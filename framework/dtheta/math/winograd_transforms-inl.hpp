/// The one-dimensional maps of F(4, 3) at the points 0, ±1, ±2, ∞, each a lane a channel.
// No `#pragma once`: Highway's toggle lets each instruction set see this header once.
#if defined(DTHETA_MATH_WINOGRAD_TRANSFORMS_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef DTHETA_MATH_WINOGRAD_TRANSFORMS_INL_HPP_
#undef DTHETA_MATH_WINOGRAD_TRANSFORMS_INL_HPP_
#else
#define DTHETA_MATH_WINOGRAD_TRANSFORMS_INL_HPP_
#endif

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace dtheta::winograd {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// c · x + y.
template <class D, class V>
HWY_INLINE V fma(D d, double c, V x, V y) {
  return hn::MulAdd(hn::Set(d, static_cast<hn::TFromD<D>>(c)), x, y);
}
template <class D, class V>
HWY_INLINE V times(D d, double c, V x) {
  return hn::Mul(hn::Set(d, static_cast<hn::TFromD<D>>(c)), x);
}

/// Bᵀ: 6 inputs to 6 points.
struct InputMap {
  static constexpr int from = 6, to = 6;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const V (&x)[6], V (&y)[6]) {
    const V even = fma(d, -4, x[2], x[4]);
    const V odd = fma(d, -4, x[1], x[3]);
    const V even2 = hn::Sub(x[4], x[2]);
    const V odd2 = hn::Sub(x[3], x[1]);
    y[0] = fma(d, 4, x[0], fma(d, -5, x[2], x[4]));
    y[1] = hn::Add(even, odd);
    y[2] = hn::Sub(even, odd);
    y[3] = fma(d, 2, odd2, even2);
    y[4] = fma(d, -2, odd2, even2);
    y[5] = fma(d, 4, x[1], fma(d, -5, x[3], x[5]));
  }
};

/// B, the adjoint: 6 points to 6 inputs.
struct InputAdjoint {
  static constexpr int from = 6, to = 6;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const V (&x)[6], V (&y)[6]) {
    const V sum1 = hn::Add(x[1], x[2]), difference1 = hn::Sub(x[1], x[2]);
    const V sum2 = hn::Add(x[3], x[4]), difference2 = hn::Sub(x[3], x[4]);
    y[0] = times(d, 4, x[0]);
    y[1] = fma(d, 4, hn::Sub(x[5], difference1), times(d, -2, difference2));
    y[2] = fma(d, -5, x[0], fma(d, -4, sum1, hn::Neg(sum2)));
    y[3] = fma(d, -5, x[5], fma(d, 2, difference2, difference1));
    y[4] = hn::Add(x[0], hn::Add(sum1, sum2));
    y[5] = x[5];
  }
};

/// Aᵀ: 6 points to 4 outputs.
struct OutputMap {
  static constexpr int from = 6, to = 4;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const V (&x)[6], V (&y)[4]) {
    const V sum1 = hn::Add(x[1], x[2]), difference1 = hn::Sub(x[1], x[2]);
    const V sum2 = hn::Add(x[3], x[4]), difference2 = hn::Sub(x[3], x[4]);
    y[0] = hn::Add(x[0], hn::Add(sum1, sum2));
    y[1] = fma(d, 2, difference2, difference1);
    y[2] = fma(d, 4, sum2, sum1);
    y[3] = hn::Add(x[5], fma(d, 8, difference2, difference1));
  }
};

/// A, the adjoint: 4 outputs to 6 points.
struct OutputAdjoint {
  static constexpr int from = 4, to = 6;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const V (&x)[4], V (&y)[6]) {
    const V even1 = hn::Add(x[0], x[2]), odd1 = hn::Add(x[1], x[3]);
    const V even2 = fma(d, 4, x[2], x[0]);
    const V odd2 = fma(d, 8, x[3], hn::Add(x[1], x[1]));
    y[0] = x[0];
    y[1] = hn::Add(even1, odd1);
    y[2] = hn::Sub(even1, odd1);
    y[3] = hn::Add(even2, odd2);
    y[4] = hn::Sub(even2, odd2);
    y[5] = x[3];
  }
};

/// G: 3 taps to 6 points.
struct KernelMap {
  static constexpr int from = 3, to = 6;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const V (&x)[3], V (&y)[6]) {
    const V ends = hn::Add(x[0], x[2]);
    const V even = fma(d, 4, x[2], x[0]);
    const V odd = hn::Add(x[1], x[1]);
    y[0] = times(d, 1.0 / 4, x[0]);
    y[1] = times(d, -1.0 / 6, hn::Add(ends, x[1]));
    y[2] = times(d, -1.0 / 6, hn::Sub(ends, x[1]));
    y[3] = times(d, 1.0 / 24, hn::Add(even, odd));
    y[4] = times(d, 1.0 / 24, hn::Sub(even, odd));
    y[5] = x[2];
  }
};

/// Gᵀ, the adjoint: 6 points to 3 taps.
struct KernelAdjoint {
  static constexpr int from = 6, to = 3;
  template <class D, class V>
  static HWY_INLINE void apply(D d, const V (&x)[6], V (&y)[3]) {
    const V sum1 = hn::Add(x[1], x[2]), difference1 = hn::Sub(x[1], x[2]);
    const V sum2 = hn::Add(x[3], x[4]), difference2 = hn::Sub(x[3], x[4]);
    y[0] = fma(d, 1.0 / 4, x[0], fma(d, -1.0 / 6, sum1, times(d, 1.0 / 24, sum2)));
    y[1] = fma(d, -1.0 / 6, difference1, times(d, 1.0 / 12, difference2));
    y[2] = hn::Add(x[5], times(d, 1.0 / 6, hn::Sub(sum2, sum1)));
  }
};

/// y {to, to} = M x {from, from} Mᵀ, each element a vector: load(row, column) gives x, and
/// store(row, column, vector) takes y.
template <class Map, class D, class Load, class Store>
HWY_INLINE void transform(D d, const Load& load, const Store& store) {
  using V = hn::Vec<D>;
  V half[Map::to][Map::from];  // M x, a column at a time
  for (int j = 0; j < Map::from; ++j) {
    V x[Map::from], y[Map::to];
    for (int i = 0; i < Map::from; ++i) x[i] = load(i, j);
    Map::apply(d, x, y);
    for (int i = 0; i < Map::to; ++i) half[i][j] = y[i];
  }
  for (int i = 0; i < Map::to; ++i) {
    V y[Map::to];
    Map::apply(d, half[i], y);
    for (int j = 0; j < Map::to; ++j) store(i, j, y[j]);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace dtheta::winograd
HWY_AFTER_NAMESPACE();

#endif  // per target
