#include "dtheta/benchmark/kernels.hpp"

#include <cassert>
#include <cstddef>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "dtheta/benchmark/kernels.cpp"
#include <hwy/foreach_target.h>  // compiles what follows once for each instruction set
#include <hwy/highway.h>

#include "dtheta/math/vector_loop-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace {

/// Twelve chains: two units of latency 4 or 5 want ten, and with both operands they fit the sixteen
/// registers of AVX2.
double multiply_add_rounds(Size rounds) {
  const hn::ScalableTag<float> d;
  const auto factor = hn::Set(d, 0.999F);
  const auto addend = hn::Set(d, 0.001F);
  auto a0 = addend, a1 = addend, a2 = addend, a3 = addend, a4 = addend, a5 = addend;
  auto a6 = addend, a7 = addend, a8 = addend, a9 = addend, a10 = addend, a11 = addend;
  for (Size round = 0; round < rounds; ++round) {
    a0 = hn::MulAdd(a0, factor, addend);
    a1 = hn::MulAdd(a1, factor, addend);
    a2 = hn::MulAdd(a2, factor, addend);
    a3 = hn::MulAdd(a3, factor, addend);
    a4 = hn::MulAdd(a4, factor, addend);
    a5 = hn::MulAdd(a5, factor, addend);
    a6 = hn::MulAdd(a6, factor, addend);
    a7 = hn::MulAdd(a7, factor, addend);
    a8 = hn::MulAdd(a8, factor, addend);
    a9 = hn::MulAdd(a9, factor, addend);
    a10 = hn::MulAdd(a10, factor, addend);
    a11 = hn::MulAdd(a11, factor, addend);
  }
  const auto sum = hn::Add(hn::Add(hn::Add(hn::Add(a0, a1), hn::Add(a2, a3)), hn::Add(a4, a5)),
                           hn::Add(hn::Add(hn::Add(a6, a7), hn::Add(a8, a9)), hn::Add(a10, a11)));
  // Every chain tends to 1. What is used cannot be optimised away.
  const bool is_plausible = hn::GetLane(sum) > 0;
  return is_plausible ? 2.0 * 12.0 * static_cast<double>(hn::Lanes(d)) * static_cast<double>(rounds)
                      : 0.0;
}

struct Copy {
  template <class D>
  HWY_INLINE void operator()(D d, const float* x, float* y) const {
    hn::StoreU(hn::LoadU(d, x), d, y);
  }
};

struct Triad {
  float alpha;

  template <class D>
  HWY_INLINE void operator()(D d, const float* x, const float* y, float* z) const {
    hn::StoreU(hn::MulAdd(hn::Set(d, alpha), hn::LoadU(d, y), hn::LoadU(d, x)), d, z);
  }
};

void copy_array(const float* x, float* y, std::size_t n) {
  for_each_vector<float>(n, Copy(), x, y);
}

void triad_array(float alpha, const float* x, const float* y, float* z, std::size_t n) {
  for_each_vector<float>(n, Triad{alpha}, x, y, z);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace dtheta
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace dtheta {
namespace {

HWY_EXPORT(multiply_add_rounds);
HWY_EXPORT(copy_array);
HWY_EXPORT(triad_array);

}  // namespace

double fused_multiply_adds(Size rounds) {
  return HWY_DYNAMIC_DISPATCH(multiply_add_rounds)(rounds);
}

void copy_numbers(std::span<const float> x, std::span<float> y) {
  assert(x.size() == y.size());
  HWY_DYNAMIC_DISPATCH(copy_array)(x.data(), y.data(), x.size());
}

void triad(float alpha, std::span<const float> x, std::span<const float> y, std::span<float> z) {
  assert(x.size() == z.size() && y.size() == z.size());
  HWY_DYNAMIC_DISPATCH(triad_array)(alpha, x.data(), y.data(), z.data(), z.size());
}

}  // namespace dtheta
#endif  // HWY_ONCE
