/// eˣ and eˣ − 1 for x ≤ 0, and ln(1 + t) for 0 ≤ t ≤ 1, a vector at a time. Included once for each
/// instruction set, like vector_loop-inl.hpp; include it in kernel sources only.
// Products and sums are rounded each, never fused, so every instruction set gives the same bits.
#if defined(DTHETA_MATH_EXPONENTIAL_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef DTHETA_MATH_EXPONENTIAL_INL_HPP_
#undef DTHETA_MATH_EXPONENTIAL_INL_HPP_
#else
#define DTHETA_MATH_EXPONENTIAL_INL_HPP_
#endif

#include <array>
#include <cstddef>
#include <limits>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// x = n·ln 2 + r with a whole n and |r| ≤ ln 2 / 2, hence eˣ = 2ⁿ·eʳ.
template <class T>
struct ExponentialConstants;

template <>
struct ExponentialConstants<float> {
  static constexpr float lowest = -87.0F;    ///< eˣ is a normal number from here
  static constexpr float magic = 0x1.8p23F;  ///< adding it rounds to a whole number
  static constexpr float log2_e = 0x1.715476p+0F;
  static constexpr float ln2_high = 0x1.63p-1F;  ///< so short that n·ln2_high is exact
  static constexpr float ln2_low = -0x1.bd0106p-13F;
  static constexpr std::size_t degree = 7;  ///< of eʳ − 1: what is cut off is below 2⁻²⁶ of it
};

template <>
struct ExponentialConstants<double> {
  static constexpr double lowest = -708.0;
  static constexpr double magic = 0x1.8p52;
  static constexpr double log2_e = 0x1.71547652b82fep+0;
  static constexpr double ln2_high = 0x1.62e4p-1;
  static constexpr double ln2_low = 0x1.7f7d1cf79abcap-20;
  static constexpr std::size_t degree = 13;  ///< below 2⁻⁵⁵
};

/// 1/0!, 1/1!, ..., 1/degree!: Taylor's coefficients.
template <class T>
constexpr auto inverse_factorials() {
  std::array<T, ExponentialConstants<T>::degree + 1> result{};
  double factorial = 1;
  for (std::size_t k = 0; k < result.size(); ++k) {
    if (k > 0) factorial *= static_cast<double>(k);
    result[k] = static_cast<T>(1 / factorial);
  }
  return result;
}

/// n + magic: the lowest bits of its significand are n.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V shifted_exponent(D d, V x) {
  using C = ExponentialConstants<hn::TFromD<D>>;
  return hn::Add(hn::Mul(x, hn::Set(d, C::log2_e)), hn::Set(d, C::magic));
}

/// 2ⁿ from n + magic, for a normal result.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V power_of_two(D d, V shifted) {
  using T = hn::TFromD<D>;
  constexpr int significand_bits = std::numeric_limits<T>::digits - 1;
  const hn::RebindToUnsigned<D> du;
  const auto one = hn::BitCast(du, hn::Set(d, T{1}));
  return hn::BitCast(d, hn::Add(hn::ShiftLeft<significand_bits>(hn::BitCast(du, shifted)), one));
}

/// eʳ − 1, relative error below 2 units in the last place.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_remainder_minus_one(D d, V x, V shifted) {
  using T = hn::TFromD<D>;
  using C = ExponentialConstants<T>;
  constexpr auto coefficients = inverse_factorials<T>();
  const V n = hn::Sub(shifted, hn::Set(d, C::magic));
  const V r =
      hn::Sub(hn::Sub(x, hn::Mul(n, hn::Set(d, C::ln2_high))), hn::Mul(n, hn::Set(d, C::ln2_low)));
  V q = hn::Set(d, coefficients[C::degree]);
  for (std::size_t k = C::degree - 1; k >= 2; --k) {
    q = hn::Add(hn::Mul(q, r), hn::Set(d, coefficients[k]));
  }
  return hn::Add(r, hn::Mul(hn::Mul(r, r), q));
}

/// eˣ for x ≤ 0; zero below ExponentialConstants::lowest; NaN for NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V exp_of_nonpositive(D d, V x) {
  using T = hn::TFromD<D>;
  const V lowest = hn::Set(d, ExponentialConstants<T>::lowest);
  const auto is_below = hn::Lt(x, lowest);
  x = hn::IfThenElse(is_below, lowest, x);
  const V shifted = shifted_exponent(d, x);
  const V p = exp_remainder_minus_one(d, x, shifted);
  const V result = hn::Mul(power_of_two(d, shifted), hn::Add(hn::Set(d, T{1}), p));
  return hn::IfThenZeroElse(is_below, result);
}

/// eˣ − 1 for x ≤ 0, accurate also near 0; NaN for NaN.
template <class D, class V = hn::Vec<D>>
HWY_INLINE V expm1_of_nonpositive(D d, V x) {
  using T = hn::TFromD<D>;
  const V lowest = hn::Set(d, ExponentialConstants<T>::lowest);
  x = hn::IfThenElse(hn::Lt(x, lowest), lowest, x);
  const V shifted = shifted_exponent(d, x);
  const V p = exp_remainder_minus_one(d, x, shifted);
  const V scale = power_of_two(d, shifted);
  return hn::Add(hn::Mul(scale, p), hn::Sub(scale, hn::Set(d, T{1})));
}

/// ln(1 + t) for 0 ≤ t ≤ 1, relative error below 2 units in the last place; NaN for NaN.
///
/// 2·artanh s with s = t/(2 + t) ≤ 1/3: 2s·(1 + s²/3 + s⁴/5 + ...).
template <class D, class V = hn::Vec<D>>
HWY_INLINE V log1p_of_unit(D d, V t) {
  using T = hn::TFromD<D>;
  constexpr int terms = std::numeric_limits<T>::digits < 30 ? 8 : 17;  // 9^-terms is rounded away
  const V s = hn::Div(t, hn::Add(hn::Set(d, T{2}), t));
  const V square = hn::Mul(s, s);
  V q = hn::Set(d, T{1} / T{2 * terms + 1});
  for (int k = terms - 1; k >= 1; --k) {
    q = hn::Add(hn::Mul(q, square), hn::Set(d, T{1} / static_cast<T>(2 * k + 1)));
  }
  const V twice = hn::Add(s, s);
  return hn::Add(twice, hn::Mul(twice, hn::Mul(square, q)));
}

}  // namespace HWY_NAMESPACE
}  // namespace dtheta
HWY_AFTER_NAMESPACE();

#endif  // per target
