/// The loop under every vector kernel. Included once for each instruction set, after highway.h's
/// foreach_target.h; include it in kernel sources only.
// No `#pragma once`: Highway's toggle lets each instruction set see this header once.
#if defined(DTHETA_MATH_VECTOR_LOOP_INL_HPP_) == defined(HWY_TARGET_TOGGLE)
#ifdef DTHETA_MATH_VECTOR_LOOP_INL_HPP_
#undef DTHETA_MATH_VECTOR_LOOP_INL_HPP_
#else
#define DTHETA_MATH_VECTOR_LOOP_INL_HPP_
#endif

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace dtheta {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

/// The last, incomplete vector of an array: a zero-padded copy that goes back when it dies.
template <class D, class Element>
class Tail {
 public:
  Tail(D, Element* array, std::size_t count) : array_(array), count_(count) {
    std::copy_n(array, count, padded_);
  }
  ~Tail() {
    if constexpr (!std::is_const_v<Element>) std::copy_n(padded_, count_, array_);
  }
  Tail(const Tail&) = delete;
  Tail& operator=(const Tail&) = delete;

  Element* data() { return padded_; }

 private:
  HWY_ALIGN_MAX hn::TFromD<D> padded_[hn::MaxLanes(D())] = {};
  Element* array_;
  std::size_t count_;
};

/// Calls kernel(d, arrays + i...) for every vector of the arrays {n}, which must not overlap in
/// part. The tail goes through the same vector code, so the bits of an element depend neither on
/// its place in the array nor on the width of a vector.
template <class T, class Kernel, class... Element>
HWY_INLINE void for_each_vector(std::size_t n, const Kernel& kernel, Element*... arrays) {
  const hn::ScalableTag<T> d;
  const std::size_t lanes = hn::Lanes(d);
  std::size_t i = 0;
  for (; i + lanes <= n; i += lanes) kernel(d, arrays + i...);
  if (i < n) kernel(d, Tail<hn::ScalableTag<T>, Element>(d, arrays + i, n - i).data()...);
}

/// The kernel of y += x, which several sums are made of.
struct AddTo {
  template <class D, class T>
  HWY_INLINE void operator()(D d, const T* x, T* y) const {
    hn::StoreU(hn::Add(hn::LoadU(d, y), hn::LoadU(d, x)), d, y);
  }
};

}  // namespace HWY_NAMESPACE
}  // namespace dtheta
HWY_AFTER_NAMESPACE();

#endif  // per target
