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

/// Each chain has a start of its own that only the caller knows: of equal chains the compiler keeps
/// one.
double multiply_add_rounds(Size rounds, float* numbers) {
  const hn::ScalableTag<float> d;
  const auto factor = hn::Set(d, chain_factor);
  const auto addend = hn::Set(d, chain_addend);
  hn::Vec<decltype(d)> chain[multiply_add_chains];
  for (int c = 0; c < multiply_add_chains; ++c) chain[c] = hn::Set(d, numbers[c]);
  for (Size round = 0; round < rounds; ++round) {
    for (int c = 0; c < multiply_add_chains; ++c) chain[c] = hn::MulAdd(chain[c], factor, addend);
  }
  for (int c = 0; c < multiply_add_chains; ++c) numbers[c] = hn::GetLane(chain[c]);
  return 2.0 * multiply_add_chains * static_cast<double>(hn::Lanes(d)) *
         static_cast<double>(rounds);
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

double fused_multiply_adds(Size rounds, std::span<float, multiply_add_chains> numbers) {
  return HWY_DYNAMIC_DISPATCH(multiply_add_rounds)(rounds, numbers.data());
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
