/// Benchmarks of single kernels, in float on one thread: one source file a family.
#pragma once

#include <string>

#include <benchmark/benchmark.h>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/random.hpp"

namespace dtheta::benchmarks {

void register_gemm();         ///< BLAS and packed panels
void register_convolution();  ///< im2col and its adjoint, Winograd forward and backward
void register_pooling();      ///< max and average, forward and backward
void register_activations();  ///< with bias, and backward
void register_updates();      ///< optimizers, and the reduction over shards

/// `size` normal numbers, the same every time.
inline AlignedBuffer<float> random_numbers(Size size) {
  AlignedBuffer<float> numbers(size);
  Philox random(1, Purpose::input, 0, 0);
  for (float& x : numbers.span()) x = static_cast<float>(random.normal());
  return numbers;
}

/// Registers `body(state)` as a benchmark of that name.
template <class Body>
void add(const std::string& name, Body body) {
  benchmark::RegisterBenchmark(name.c_str(), body)->Unit(benchmark::kMicrosecond);
}

/// Runs work() for every iteration and counts its floating-point operations.
template <class Work>
void run(benchmark::State& state, double flops, Work work) {
  for (auto _ : state) {
    work();
    benchmark::ClobberMemory();
  }
  state.counters["flops"] =
      benchmark::Counter(flops, benchmark::Counter::kIsIterationInvariantRate);
}

/// Runs work() for every iteration and counts the bytes that it reads and writes.
template <class Work>
void run_moving(benchmark::State& state, Size bytes, Work work) {
  for (auto _ : state) {
    work();
    benchmark::ClobberMemory();
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * bytes);
}

}  // namespace dtheta::benchmarks
