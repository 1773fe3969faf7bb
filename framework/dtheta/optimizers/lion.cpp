#include "dtheta/optimizers/lion.hpp"

#include <cassert>
#include <concepts>
#include <cstddef>

#include "dtheta/optimizers/checks.hpp"
#include "dtheta/optimizers/weight_decay.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/optimizers/lion.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#include "dtheta/math/vector_loop-inl.hpp"

#ifndef DTHETA_OPTIMIZERS_LION_FACTORS_
#define DTHETA_OPTIMIZERS_LION_FACTORS_
namespace dtheta {
namespace {

template <class T>
struct LionFactors {
  T rate;
  T beta1;
  T one_minus_beta1;
  T beta2;
  T one_minus_beta2;
};

}  // namespace
}  // namespace dtheta
#endif

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {

/// −1, 0 or 1; NaN stays NaN.
template <class D, class V>
HWY_INLINE V sign(D d, V x) {
  const auto one = hn::CopySign(hn::Set(d, hn::TFromD<D>{1}), x);
  return hn::IfThenElse(hn::IsNaN(x), x, hn::IfThenElseZero(hn::Ne(x, hn::Zero(d)), one));
}

template <class T>
struct LionStep {
  LionFactors<T> by;

  template <class D>
  HWY_INLINE void operator()(D d, const T* dtheta, T* theta, T* mean) const {
    const auto g = hn::LoadU(d, dtheta);
    const auto m = hn::LoadU(d, mean);
    const auto direction =
        hn::Add(hn::Mul(hn::Set(d, by.beta1), m), hn::Mul(hn::Set(d, by.one_minus_beta1), g));
    const auto move = hn::Mul(hn::Set(d, by.rate), sign(d, direction));
    hn::StoreU(hn::Sub(hn::LoadU(d, theta), move), d, theta);
    hn::StoreU(
        hn::Add(hn::Mul(hn::Set(d, by.beta2), m), hn::Mul(hn::Set(d, by.one_minus_beta2), g)), d,
        mean);
  }
};

void float_update(const LionFactors<float>& by, const float* dtheta, float* theta, float* mean,
                  std::size_t n) {
  for_each_vector<float>(n, LionStep<float>{by}, dtheta, theta, mean);
}

void double_update(const LionFactors<double>& by, const double* dtheta, double* theta, double* mean,
                   std::size_t n) {
  for_each_vector<double>(n, LionStep<double>{by}, dtheta, theta, mean);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dtheta
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dtheta {
namespace {

HWY_EXPORT(float_update);
HWY_EXPORT(double_update);

}  // namespace

template <std::floating_point T>
Lion<T>::Lion(const OptimizerOptions& options)
    : beta1_(options.beta1), beta2_(*with_defaults(options).beta2) {
  check_decay<T>("beta1", beta1_);
  check_decay<T>("beta2", beta2_);
}

template <std::floating_point T>
void Lion<T>::update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
                     std::span<const std::span<T>> slots) const {
  assert(dtheta.size() == theta.size() && slots.size() == 1);
  decay_weights(step, theta);
  const LionFactors<T> by{.rate = static_cast<T>(step.learning_rate),
                          .beta1 = static_cast<T>(beta1_),
                          .one_minus_beta1 = static_cast<T>(1 - beta1_),
                          .beta2 = static_cast<T>(beta2_),
                          .one_minus_beta2 = static_cast<T>(1 - beta2_)};
  if constexpr (std::same_as<T, float>) {
    const auto kernel = HWY_DYNAMIC_DISPATCH(float_update);
    kernel(by, dtheta.data(), theta.data(), slots[0].data(), theta.size());
  } else {
    const auto kernel = HWY_DYNAMIC_DISPATCH(double_update);
    kernel(by, dtheta.data(), theta.data(), slots[0].data(), theta.size());
  }
}

template class Lion<float>;
template class Lion<double>;

}  // namespace dtheta
#endif  // HWY_ONCE
