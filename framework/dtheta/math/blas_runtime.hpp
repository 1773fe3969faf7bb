/// The BLAS library in this process: one thread a call, the right kernels, checked.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// Which vector instructions the kernels, ours and the BLAS's, may use. The same bits hold for one
/// choice on any machine that has it.
enum class Kernels {
  automatic,  ///< the best this CPU has
  avx2,       ///< AVX2 and FMA; OpenBLAS' Haswell kernels
  avx512,     ///< AVX-512; OpenBLAS' SkylakeX kernels
};

/// "auto", "avx2" or "avx512". Throws UsageError for anything else.
Kernels parse_kernels(std::string_view name);
std::string_view kernels_name(Kernels kernels);

/// What is known of the BLAS library after it was prepared.
struct BlasFacts {
  std::string version;     ///< "OpenBLAS 0.3.21"
  std::string config;      ///< what openblas_get_config says
  std::string core;        ///< the kernels in use: "Haswell", "SkylakeX", "Zen", ...
  std::string found_core;  ///< what the library had chosen by itself
  std::string kernels;     ///< our own vector kernels in use: "avx2", "avx512", "sse4", ...
  int max_callers = 1;     ///< threads that may call it at once
  std::vector<std::string> warnings;  ///< what could not be mended and what to set; mostly empty
};

/// Chooses kernels, makes each BLAS call run on its caller's thread, reads that back. Done once by
/// the first gemm with Kernels::automatic; call it before any gemm to choose otherwise.
/// OPENBLAS_CORETYPE in the environment is respected. Throws RuntimeUnusable when the library keeps
/// more than one thread, UsageError when this CPU lacks the kernels asked for. Not to be called
/// while another thread computes.
const BlasFacts& prepare_blas(Kernels kernels = Kernels::automatic);

/// Runs products on `callers` threads at once and one after another and compares the bits. Throws
/// RuntimeUnusable when they differ.
void check_blas(int callers);

}  // namespace dtheta
