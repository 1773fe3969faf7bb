#include "dtheta/optimizers/lamb.hpp"

#include <cassert>
#include <cmath>
#include <concepts>
#include <cstddef>

#include "dtheta/math/elementwise.hpp"
#include "dtheta/optimizers/checks.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/optimizers/lamb.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#include "dtheta/math/vector_loop-inl.hpp"

#ifndef DTHETA_OPTIMIZERS_LAMB_FACTORS_
#define DTHETA_OPTIMIZERS_LAMB_FACTORS_
namespace dtheta {
namespace {

/// The scalars of one step, computed in double.
template <class T>
struct LambFactors {
  T mean_scale;  ///< 1 / (1 − β₁ᵗ)
  T root_scale;  ///< 1 / √(1 − β₂ᵗ)
  T beta1;
  T one_minus_beta1;
  T beta2;
  T one_minus_beta2;
  T epsilon;
  T weight_decay;
};

}  // namespace
}  // namespace dtheta
#endif

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {

template <class T>
struct LambDirection {
  LambFactors<T> by;

  template <class D>
  HWY_INLINE void operator()(D d, const T* theta, T* dtheta, T* mean, T* mean_square) const {
    const auto g = hn::LoadU(d, dtheta);
    const auto m = hn::Add(hn::Mul(hn::Set(d, by.beta1), hn::LoadU(d, mean)),
                           hn::Mul(hn::Set(d, by.one_minus_beta1), g));
    const auto v = hn::Add(hn::Mul(hn::Set(d, by.beta2), hn::LoadU(d, mean_square)),
                           hn::Mul(hn::Set(d, by.one_minus_beta2), hn::Mul(g, g)));
    hn::StoreU(m, d, mean);
    hn::StoreU(v, d, mean_square);
    const auto root =
        hn::Add(hn::Mul(hn::Sqrt(v), hn::Set(d, by.root_scale)), hn::Set(d, by.epsilon));
    const auto decay = hn::Mul(hn::Set(d, by.weight_decay), hn::LoadU(d, theta));
    hn::StoreU(hn::Add(hn::Div(hn::Mul(hn::Set(d, by.mean_scale), m), root), decay), d, dtheta);
  }
};

void float_direct(const LambFactors<float>& by, const float* theta, float* dtheta, float* mean,
                  float* mean_square, std::size_t n) {
  for_each_vector<float>(n, LambDirection<float>{by}, theta, dtheta, mean, mean_square);
}

void double_direct(const LambFactors<double>& by, const double* theta, double* dtheta, double* mean,
                   double* mean_square, std::size_t n) {
  for_each_vector<double>(n, LambDirection<double>{by}, theta, dtheta, mean, mean_square);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dtheta
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dtheta {
namespace {

HWY_EXPORT(float_direct);
HWY_EXPORT(double_direct);

}  // namespace

template <std::floating_point T>
Lamb<T>::Lamb(const OptimizerOptions& given) {
  const OptimizerOptions options = with_defaults(given);
  check_decay<T>("beta1", options.beta1);
  check_decay<T>("beta2", *options.beta2);
  check_positive<T>("epsilon", *options.epsilon);
  beta1_ = options.beta1;
  beta2_ = *options.beta2;
  epsilon_ = *options.epsilon;
}

template <std::floating_point T>
void Lamb<T>::direct(const UpdateStep& step, std::span<const T> theta, std::span<T> dtheta,
                     std::span<const std::span<T>> slots) const {
  assert(dtheta.size() == theta.size() && slots.size() == 2);
  const auto t = static_cast<double>(step.number);
  const LambFactors<T> by{.mean_scale = static_cast<T>(1 / (1 - std::pow(beta1_, t))),
                          .root_scale = static_cast<T>(1 / std::sqrt(1 - std::pow(beta2_, t))),
                          .beta1 = static_cast<T>(beta1_),
                          .one_minus_beta1 = static_cast<T>(1 - beta1_),
                          .beta2 = static_cast<T>(beta2_),
                          .one_minus_beta2 = static_cast<T>(1 - beta2_),
                          .epsilon = static_cast<T>(epsilon_),
                          .weight_decay = static_cast<T>(step.weight_decay)};
  if constexpr (std::same_as<T, float>) {
    const auto kernel = HWY_DYNAMIC_DISPATCH(float_direct);
    kernel(by, theta.data(), dtheta.data(), slots[0].data(), slots[1].data(), theta.size());
  } else {
    const auto kernel = HWY_DYNAMIC_DISPATCH(double_direct);
    kernel(by, theta.data(), dtheta.data(), slots[0].data(), slots[1].data(), theta.size());
  }
}

template <std::floating_point T>
double Lamb<T>::trust_ratio(double theta_norm, double direction_norm,
                            double /*weight_decay*/) const {
  return theta_norm == 0 || direction_norm == 0 ? 1 : theta_norm / direction_norm;
}

template <std::floating_point T>
void Lamb<T>::update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
                     std::span<const std::span<T>> /*slots*/) const {
  add_scaled(static_cast<T>(-step.learning_rate), dtheta, theta);
}

template class Lamb<float>;
template class Lamb<double>;

}  // namespace dtheta
#endif  // HWY_ONCE
