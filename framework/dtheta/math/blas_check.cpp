#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <latch>
#include <system_error>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/error.hpp"
#include "dtheta/core/random.hpp"
#include "dtheta/math/blas.hpp"
#include "dtheta/math/blas_runtime.hpp"

namespace dtheta {
namespace {

/// C {n, p} = A {n, k} · B {k, p}, where A and B may be stored transposed.
struct Product {
  Size n, k, p;
  bool a_transposed, b_transposed;
};

// Odd and even, small and beyond a kernel's block in each direction, all transpositions.
constexpr std::array<Product, 6> products{{{1, 784, 10, false, false},
                                           {17, 25, 31, false, false},
                                           {64, 400, 120, false, false},
                                           {33, 129, 65, true, false},
                                           {96, 500, 48, false, true},
                                           {40, 70, 50, true, true}}};
constexpr Size largest_operand = 48'000;

template <std::floating_point T>
AlignedBuffer<T> random_numbers() {
  AlignedBuffer<T> numbers(largest_operand);
  Philox random(1, Purpose::initialization, 0, 0);
  for (T& x : numbers.span()) x = static_cast<T>(random.uniform() - 0.5);
  return numbers;
}

/// The operands and the results that a single caller gets.
template <std::floating_point T>
class Reference {
 public:
  Reference() : numbers_(random_numbers<T>()), expected_(make_result()) { run(expected_); }

  /// Room for the results of all products, one after another.
  static AlignedBuffer<T> make_result() {
    Size size = 0;
    for (const Product& product : products) size += product.n * product.p;
    return AlignedBuffer<T>(size);
  }

  void run(AlignedBuffer<T>& result) const {
    T* c = result.data();
    for (const auto& [n, k, p, a_transposed, b_transposed] : products) {
      const Shape a = a_transposed ? Shape{k, n} : Shape{n, k};
      const Shape b = b_transposed ? Shape{p, k} : Shape{k, p};
      gemm<T>({numbers_.view(a), a_transposed}, {numbers_.view(b), b_transposed}, 0,
              View<T>(c, {n, p}));
      c += n * p;
    }
  }

  bool agrees(const AlignedBuffer<T>& result) const {
    return std::memcmp(result.data(), expected_.data(), result.span().size_bytes()) == 0;
  }

 private:
  AlignedBuffer<T> numbers_;
  AlignedBuffer<T> expected_;
};

/// One thread's own results.
struct Caller {
  AlignedBuffer<float> floats = Reference<float>::make_result();
  AlignedBuffer<double> doubles = Reference<double>::make_result();
};

/// Runs body(caller) on a thread for each caller, all let go at once.
template <class Body>
void run_at_once(std::vector<Caller>& callers, Body body) {
  std::latch start(static_cast<std::ptrdiff_t>(callers.size()));
  std::vector<std::jthread> threads;
  try {
    for (Caller& caller : callers) {
      threads.emplace_back([&start, &caller, &body] {
        start.arrive_and_wait();
        body(caller);
      });
    }
  } catch (const std::system_error& error) {
    start.count_down(static_cast<std::ptrdiff_t>(callers.size() - threads.size()));
    throw RuntimeUnusable(fmt::format("{} threads cannot be started, only {} ({}); use fewer",
                                      callers.size(), threads.size(), error.what()));
  }
}

}  // namespace

void check_blas(int callers) {
  const BlasFacts& facts = prepare_blas();
  const int count = std::clamp(callers, 1, facts.max_callers);
  const Reference<float> floats;
  const Reference<double> doubles;
  std::vector<Caller> each(static_cast<std::size_t>(count));
  const int rounds = std::max(1, 8 / count);
  std::atomic<int> wrong = 0;
  run_at_once(each, [&](Caller& caller) {
    for (int round = 0; round < rounds; ++round) {
      floats.run(caller.floats);
      doubles.run(caller.doubles);
      if (!floats.agrees(caller.floats) || !doubles.agrees(caller.doubles)) ++wrong;
    }
  });
  if (wrong > 0) {
    throw RuntimeUnusable(
        fmt::format("OpenBLAS gave wrong numbers in {} of {} trials with {} threads calling it at "
                    "once; install the pthread build (Debian: libopenblas0-pthread) or run one "
                    "thread ({})",
                    wrong.load(), rounds * count, count, facts.config));
  }
}

}  // namespace dtheta
