#include "dtheta/optimizers/rms_prop.hpp"

#include <cassert>
#include <concepts>
#include <cstddef>

#include "dtheta/optimizers/checks.hpp"
#include "dtheta/optimizers/weight_decay.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/optimizers/rms_prop.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#include "dtheta/math/vector_loop-inl.hpp"

#ifndef DTHETA_OPTIMIZERS_RMS_PROP_FACTORS_
#define DTHETA_OPTIMIZERS_RMS_PROP_FACTORS_
namespace dtheta {
namespace {

template <class T>
struct RmsPropFactors {
  T rate;
  T kept;
  T added;
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
struct RmsPropStep {
  RmsPropFactors<T> by;

  template <class D>
  HWY_INLINE void operator()(D d, const T* dtheta, T* theta, T* square) const {
    const auto g = hn::LoadU(d, dtheta);
    const auto v = hn::Add(hn::Mul(hn::Set(d, by.kept), hn::LoadU(d, square)),
                           hn::Mul(hn::Set(d, by.added), hn::Mul(g, g)));
    hn::StoreU(v, d, square);
    const auto root = hn::Add(hn::Sqrt(v), hn::Set(d, by.epsilon));
    const auto move = hn::Div(hn::Mul(hn::Set(d, by.rate), g), root);
    hn::StoreU(hn::Sub(hn::LoadU(d, theta), move), d, theta);
  }
};

void float_update(const RmsPropFactors<float>& by, const float* dtheta, float* theta, float* square,
                  std::size_t n) {
  for_each_vector<float>(n, RmsPropStep<float>{by}, dtheta, theta, square);
}

void double_update(const RmsPropFactors<double>& by, const double* dtheta, double* theta,
                   double* square, std::size_t n) {
  for_each_vector<double>(n, RmsPropStep<double>{by}, dtheta, theta, square);
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
RmsProp<T>::RmsProp(const OptimizerOptions& given) : is_adagrad_(given.name == "adagrad") {
  const OptimizerOptions options = with_defaults(given);
  if (!is_adagrad_) check_decay<T>("beta2", *options.beta2);
  check_positive<T>("epsilon", *options.epsilon);
  kept_ = is_adagrad_ ? 1 : static_cast<T>(*options.beta2);
  added_ = is_adagrad_ ? 1 : static_cast<T>(1 - *options.beta2);
  epsilon_ = static_cast<T>(*options.epsilon);
}

template <std::floating_point T>
void RmsProp<T>::update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
                        std::span<const std::span<T>> slots) const {
  assert(dtheta.size() == theta.size() && slots.size() == 1);
  decay_weights(step, theta);
  const RmsPropFactors<T> by{.rate = static_cast<T>(step.learning_rate),
                             .kept = kept_,
                             .added = added_,
                             .epsilon = epsilon_};
  if constexpr (std::same_as<T, float>) {
    const auto kernel = HWY_DYNAMIC_DISPATCH(float_update);
    kernel(by, dtheta.data(), theta.data(), slots[0].data(), theta.size());
  } else {
    const auto kernel = HWY_DYNAMIC_DISPATCH(double_update);
    kernel(by, dtheta.data(), theta.data(), slots[0].data(), theta.size());
  }
}

template class RmsProp<float>;
template class RmsProp<double>;

}  // namespace dtheta
#endif  // HWY_ONCE
