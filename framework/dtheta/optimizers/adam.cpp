#include "dtheta/optimizers/adam.hpp"

#include <cassert>
#include <cmath>
#include <concepts>
#include <cstddef>

#include "dtheta/optimizers/checks.hpp"
#include "dtheta/optimizers/weight_decay.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/optimizers/adam.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#include "dtheta/math/vector_loop-inl.hpp"

#ifndef DTHETA_OPTIMIZERS_ADAM_FACTORS_
#define DTHETA_OPTIMIZERS_ADAM_FACTORS_
namespace dtheta {
namespace {

/// The scalars of one step, computed in double.
template <class T>
struct AdamFactors {
  T rate;        ///< η / (1 − β₁ᵗ)
  T root_scale;  ///< 1 / √(1 − β₂ᵗ)
  T beta1;
  T one_minus_beta1;
  T beta2;
  T one_minus_beta2;
  T epsilon;
};

}  // namespace
}  // namespace dtheta
#endif

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {

template <class T>
struct AdamStep {
  AdamFactors<T> by;

  template <class D>
  HWY_INLINE void operator()(D d, const T* dtheta, T* theta, T* mean, T* mean_square) const {
    const auto g = hn::LoadU(d, dtheta);
    const auto m = hn::Add(hn::Mul(hn::Set(d, by.beta1), hn::LoadU(d, mean)),
                           hn::Mul(hn::Set(d, by.one_minus_beta1), g));
    const auto v = hn::Add(hn::Mul(hn::Set(d, by.beta2), hn::LoadU(d, mean_square)),
                           hn::Mul(hn::Set(d, by.one_minus_beta2), hn::Mul(g, g)));
    const auto root =
        hn::Add(hn::Mul(hn::Sqrt(v), hn::Set(d, by.root_scale)), hn::Set(d, by.epsilon));
    hn::StoreU(m, d, mean);
    hn::StoreU(v, d, mean_square);
    hn::StoreU(hn::Sub(hn::LoadU(d, theta), hn::Div(hn::Mul(hn::Set(d, by.rate), m), root)), d,
               theta);
  }
};

void float_update(const AdamFactors<float>& by, const float* dtheta, float* theta, float* mean,
                  float* mean_square, std::size_t n) {
  for_each_vector<float>(n, AdamStep<float>{by}, dtheta, theta, mean, mean_square);
}

void double_update(const AdamFactors<double>& by, const double* dtheta, double* theta, double* mean,
                   double* mean_square, std::size_t n) {
  for_each_vector<double>(n, AdamStep<double>{by}, dtheta, theta, mean, mean_square);
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
Adam<T>::Adam(const OptimizerOptions& options)
    : is_adamw_(options.name == "adamw"),
      beta1_(options.beta1),
      beta2_(*with_defaults(options).beta2),
      epsilon_(*with_defaults(options).epsilon) {
  check_decay<T>("beta1", beta1_);
  check_decay<T>("beta2", beta2_);
  check_positive<T>("epsilon", epsilon_);
}

template <std::floating_point T>
void Adam<T>::update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
                     std::span<const std::span<T>> slots) const {
  assert(dtheta.size() == theta.size() && slots.size() == 2);
  decay_weights(step, theta);
  const auto t = static_cast<double>(step.number);
  const AdamFactors<T> by{.rate = static_cast<T>(step.learning_rate / (1 - std::pow(beta1_, t))),
                          .root_scale = static_cast<T>(1 / std::sqrt(1 - std::pow(beta2_, t))),
                          .beta1 = static_cast<T>(beta1_),
                          .one_minus_beta1 = static_cast<T>(1 - beta1_),
                          .beta2 = static_cast<T>(beta2_),
                          .one_minus_beta2 = static_cast<T>(1 - beta2_),
                          .epsilon = static_cast<T>(epsilon_)};
  if constexpr (std::same_as<T, float>) {
    const auto kernel = HWY_DYNAMIC_DISPATCH(float_update);
    kernel(by, dtheta.data(), theta.data(), slots[0].data(), slots[1].data(), theta.size());
  } else {
    const auto kernel = HWY_DYNAMIC_DISPATCH(double_update);
    kernel(by, dtheta.data(), theta.data(), slots[0].data(), slots[1].data(), theta.size());
  }
}

template class Adam<float>;
template class Adam<double>;

}  // namespace dtheta
#endif  // HWY_ONCE
