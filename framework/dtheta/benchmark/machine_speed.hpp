/// MachineSpeed: what a machine can give at most, measured.
#pragma once

#include "dtheta/benchmark/rate.hpp"
#include "dtheta/benchmark/spread.hpp"

namespace dtheta {

/// What a number of threads get out of the machine together.
struct MachineSpeed {
  int threads = 1;
  Spread fma_gflops;    ///< see measure_fma_gflops
  Spread sgemm_gflops;  ///< products of 768 x 768 matrices, each thread its own
  /// Bytes that the program reads and writes, as STREAM counts them, in 10⁹ a second, over arrays
  /// of 128 MiB that the threads share out.
  Spread copy_gigabytes;
  Spread triad_gigabytes;
};

/// 10⁹ floating-point operations (a multiply-add is two) a second on registers alone, in float,
/// with the kernels in use: the limit of all that computes.
Spread measure_fma_gflops(int threads, const RateOptions& options = RateOptions());

/// All of them, one after another. Throws as measure_rate.
MachineSpeed measure_machine(int threads);

}  // namespace dtheta
