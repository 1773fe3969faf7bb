#include "dtheta/optimizers/momentum.hpp"

#include <cassert>
#include <concepts>
#include <cstddef>

#include "dtheta/optimizers/checks.hpp"
#include "dtheta/optimizers/weight_decay.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/optimizers/momentum.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#include "dtheta/math/vector_loop-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {

template <class T, bool is_nesterov>
struct MomentumStep {
  T learning_rate;
  T momentum;

  template <class D>
  HWY_INLINE void operator()(D d, const T* dtheta, T* theta, T* velocity) const {
    const auto g = hn::LoadU(d, dtheta);
    const auto mu = hn::Set(d, momentum);
    const auto v = hn::Add(hn::Mul(mu, hn::LoadU(d, velocity)), g);
    hn::StoreU(v, d, velocity);
    const auto direction = is_nesterov ? hn::Add(g, hn::Mul(mu, v)) : v;
    const auto move = hn::Mul(hn::Set(d, learning_rate), direction);
    hn::StoreU(hn::Sub(hn::LoadU(d, theta), move), d, theta);
  }
};

template <class T>
void update_in(bool is_nesterov, T learning_rate, T momentum, const T* dtheta, T* theta,
               T* velocity, std::size_t n) {
  if (is_nesterov) {
    for_each_vector<T>(n, MomentumStep<T, true>{learning_rate, momentum}, dtheta, theta, velocity);
  } else {
    for_each_vector<T>(n, MomentumStep<T, false>{learning_rate, momentum}, dtheta, theta, velocity);
  }
}

void float_update(bool is_nesterov, float learning_rate, float momentum, const float* dtheta,
                  float* theta, float* velocity, std::size_t n) {
  update_in<float>(is_nesterov, learning_rate, momentum, dtheta, theta, velocity, n);
}

void double_update(bool is_nesterov, double learning_rate, double momentum, const double* dtheta,
                   double* theta, double* velocity, std::size_t n) {
  update_in<double>(is_nesterov, learning_rate, momentum, dtheta, theta, velocity, n);
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
Momentum<T>::Momentum(const OptimizerOptions& options)
    : is_nesterov_(options.name == "nesterov"), momentum_(static_cast<T>(options.momentum)) {
  check_decay<T>("momentum", options.momentum);
}

template <std::floating_point T>
void Momentum<T>::update(const UpdateStep& step, std::span<const T> dtheta, std::span<T> theta,
                         std::span<const std::span<T>> slots) const {
  assert(dtheta.size() == theta.size() && slots.size() == 1);
  decay_weights(step, theta);
  const T rate = static_cast<T>(step.learning_rate);
  if constexpr (std::same_as<T, float>) {
    const auto kernel = HWY_DYNAMIC_DISPATCH(float_update);
    kernel(is_nesterov_, rate, momentum_, dtheta.data(), theta.data(), slots[0].data(),
           theta.size());
  } else {
    const auto kernel = HWY_DYNAMIC_DISPATCH(double_update);
    kernel(is_nesterov_, rate, momentum_, dtheta.data(), theta.data(), slots[0].data(),
           theta.size());
  }
}

template class Momentum<float>;
template class Momentum<double>;

}  // namespace dtheta
#endif  // HWY_ONCE
