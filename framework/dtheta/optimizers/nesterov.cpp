#include "dtheta/optimizers/nesterov.hpp"

#include <cassert>
#include <concepts>
#include <cstddef>

#include "dtheta/optimizers/checks.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/optimizers/nesterov.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#include "dtheta/math/vector_loop-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {

template <class T>
struct NesterovStep {
  T learning_rate;
  T momentum;

  template <class D>
  HWY_INLINE void operator()(D d, const T* dtheta, T* theta, T* velocity) const {
    const auto g = hn::LoadU(d, dtheta);
    const auto v = hn::Add(hn::Mul(hn::Set(d, momentum), hn::LoadU(d, velocity)), g);
    hn::StoreU(v, d, velocity);
    const auto ahead = hn::Add(g, hn::Mul(hn::Set(d, momentum), v));
    hn::StoreU(hn::Sub(hn::LoadU(d, theta), hn::Mul(hn::Set(d, learning_rate), ahead)), d, theta);
  }
};

void float_update(float learning_rate, float momentum, const float* dtheta, float* theta,
                  float* velocity, std::size_t n) {
  for_each_vector<float>(n, NesterovStep<float>{learning_rate, momentum}, dtheta, theta, velocity);
}

void double_update(double learning_rate, double momentum, const double* dtheta, double* theta,
                   double* velocity, std::size_t n) {
  for_each_vector<double>(n, NesterovStep<double>{learning_rate, momentum}, dtheta, theta,
                          velocity);
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
Nesterov<T>::Nesterov(const OptimizerOptions& options)
    : momentum_(static_cast<T>(options.momentum)) {
  check_decay("momentum", options.momentum);
}

template <std::floating_point T>
void Nesterov<T>::update(Size /*step*/, double learning_rate, std::span<const T> dtheta,
                         std::span<T> theta, std::span<const std::span<T>> slots) const {
  assert(dtheta.size() == theta.size() && slots.size() == 1);
  const T rate = static_cast<T>(learning_rate);
  if constexpr (std::same_as<T, float>) {
    const auto kernel = HWY_DYNAMIC_DISPATCH(float_update);
    kernel(rate, momentum_, dtheta.data(), theta.data(), slots[0].data(), theta.size());
  } else {
    const auto kernel = HWY_DYNAMIC_DISPATCH(double_update);
    kernel(rate, momentum_, dtheta.data(), theta.data(), slots[0].data(), theta.size());
  }
}

template class Nesterov<float>;
template class Nesterov<double>;

}  // namespace dtheta
#endif  // HWY_ONCE
