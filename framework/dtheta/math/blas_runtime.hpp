/// The BLAS library in this process: one thread a call, the right kernels, checked.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

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
  int max_callers = 1;     ///< threads that may call it at once, see max_blas_callers
  std::vector<std::string> warnings;  ///< what could not be mended and what to set; mostly empty
};

/// Chooses kernels, makes each BLAS call run on its caller's thread, reads that back. Done once: by
/// the first gemm with Kernels::automatic unless it was called before; later calls return the facts
/// at the cost of a comparison. Safe from any thread, but the first call must not meet another
/// thread that reads the environment or computes with this BLAS.
///
/// OpenBLAS may not know the CPU and choose kernels of half its speed: they are exchanged for those
/// of `fitting_blas_core`. OPENBLAS_CORETYPE in the environment is respected, and is left as it was
/// found; OPENBLAS_NUM_THREADS and OMP_NUM_THREADS make no difference. Kernels::avx2 and avx512
/// give the same BLAS kernels on every machine.
///
/// Throws RuntimeUnusable when the library keeps more than one thread or cannot be given the
/// kernels asked for; UsageError when this CPU lacks them, when OPENBLAS_CORETYPE contradicts them,
/// or when others are in use already.
const BlasFacts& prepare_blas(Kernels kernels = Kernels::automatic);

/// Runs float and double products of small and larger sizes on `callers` threads at once (at most
/// max_callers) and compares each number with that of a single caller, bit for bit. Throws
/// RuntimeUnusable when they differ or so many threads cannot be started. Takes about
/// 6 ms of CPU time for up to 8 callers and less than 1 ms more for each beyond.
void check_blas(int callers);

/// The OpenBLAS core that suits a CPU with these vector sets (`Machine::vector_sets`): `found`,
/// unless it is one that is known to leave half of the CPU unused: "SkylakeX" on AVX-512,
/// "Haswell" on AVX2 with FMA. (OpenBLAS 0.3.21 has "Cooperlake" too, no faster for float and
/// double, but refuses it by name.)
std::string fitting_blas_core(std::string_view found, std::span<const std::string> vector_sets);

/// How many threads may call a library at once whose openblas_get_config says `config`: 2 N - 1 for
/// MAX_THREADS=N. 1 for a build that does not say that threads may call it.
///
/// OpenBLAS holds a buffer for each running call and has 2 N of them, one for itself. Measured with
/// Debian's 0.3.21, N = 64: of 127 calls at once none is noticed; the 128th makes it warn and take
/// another 512, and the 640th ends the process.
int max_blas_callers(std::string_view config);

}  // namespace dtheta
