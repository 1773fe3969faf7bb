#include "runtime.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace dtheta::cli {

OptionGroup run_options(RunOptions& options) {
  return {.title = "Run",
          .options = {
              whole_number({.name = "threads",
                            .placeholder = "N",
                            .help = "threads that compute; any number gives the same bits",
                            .preset = "the cores this process may use"},
                           options.threads, 1, std::numeric_limits<Size>::max()),
              choice({.name = "kernels",
                      .help = "vector code and BLAS kernels; the same bits on every machine that "
                              "has them, auto: the best of this machine"},
                     options.kernels, {"auto", "avx2", "avx512"}),
          }};
}

Runtime start_runtime(const RunOptions& options, const Machine& machine, const Console& console) {
  Runtime runtime{.blas = prepare_blas(parse_kernels(options.kernels))};
  for (const std::string& warning : runtime.blas.warnings) console.warn(warning);
  const Size wanted = options.threads > 0 ? options.threads : Size{usable_threads(machine)};
  runtime.threads = static_cast<int>(std::min(wanted, Size{runtime.blas.max_callers}));
  if (runtime.threads < wanted) {
    console.warn(fmt::format("{} serves {} threads at once: {} threads become {}",
                             runtime.blas.version, runtime.blas.max_callers, wanted,
                             runtime.threads));
  }
  check_blas(runtime.threads);
  return runtime;
}

}  // namespace dtheta::cli
