#include "dtheta/benchmark/machine_speed.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <utility>

#include "dtheta/benchmark/kernels.hpp"
#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/math/blas.hpp"

namespace dtheta {
namespace {

constexpr double giga = 1e9;

/// A product of two matrices in this thread's cache.
Work make_gemm_work() {
  constexpr Size side = 768;
  constexpr double gflop = 2.0 * side * side * side / giga;
  AlignedBuffer<float> a(side * side), b(side * side), c(side * side);
  std::ranges::fill(a.span(), 0.5F);
  std::ranges::fill(b.span(), 0.25F);
  return [a = std::move(a), b = std::move(b), c = std::move(c)]() mutable {
    const Shape shape{side, side};
    gemm(a.view(shape), b.view(shape), 0.0F, c.view(shape));
    return gflop;
  };
}

/// Three arrays of a thread that no cache holds, worked through in pieces.
struct Arrays {
  explicit Arrays(Size n) : x(n), y(n), z(n) {}

  /// Calls body(x, y, z) for the next piece, in turn; the numbers in one.
  template <class Body>
  Size next_piece(Body body) {
    constexpr Size piece = Size{1} << 16;
    if (at + piece > x.size()) at = 0;
    const auto part = [&](AlignedBuffer<float>& array) {
      return array.span().subspan(static_cast<std::size_t>(at), static_cast<std::size_t>(piece));
    };
    body(part(x), part(y), part(z));
    at += piece;
    return piece;
  }

  AlignedBuffer<float> x, y, z;
  Size at = 0;
};

/// Numbers of one array of a thread: its share of 128 MiB, whole pieces of it.
Size numbers_a_thread(int threads) {
  constexpr Size total = (Size{128} << 20) / static_cast<Size>(sizeof(float));
  constexpr Size least = Size{1} << 20;
  return std::max(least, total / threads);
}

Spread measure_gigabytes(int threads, bool is_triad) {
  const auto make_work = [&]() -> Work {
    return [arrays = Arrays(numbers_a_thread(threads)), is_triad]() mutable {
      const double bytes_a_number = is_triad ? 12 : 8;
      const Size piece = arrays.next_piece(
          [&](auto x, auto y, auto z) { is_triad ? triad(0.5F, x, y, z) : copy_numbers(x, y); });
      return static_cast<double>(piece) * bytes_a_number / giga;
    };
  };
  return measure_rate(threads, make_work);
}

}  // namespace

Spread measure_fma_gflops(int threads, const RateOptions& options) {
  constexpr Size rounds = 20'000;  // some 0.05 ms
  const auto make_work = []() -> Work {
    std::array<float, multiply_add_chains> numbers;
    std::iota(numbers.begin(), numbers.end(), 2.0F);
    return [numbers]() mutable { return fused_multiply_adds(rounds, numbers) / giga; };
  };
  return measure_rate(threads, make_work, options);
}

MachineSpeed measure_machine(int threads) {
  return {.threads = threads,
          .fma_gflops = measure_fma_gflops(threads),
          .sgemm_gflops = measure_rate(threads, make_gemm_work),
          .copy_gigabytes = measure_gigabytes(threads, false),
          .triad_gigabytes = measure_gigabytes(threads, true)};
}

}  // namespace dtheta
