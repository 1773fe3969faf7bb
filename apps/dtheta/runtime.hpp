/// Threads and kernels: the options that say how fast, never what comes out.
#pragma once

#include <string>

#include "console.hpp"
#include "dtheta/core/machine.hpp"
#include "dtheta/math/blas_runtime.hpp"
#include "option.hpp"

namespace dtheta::cli {

/// What the options of the group "Run" are bound to.
struct RunOptions {
  Size threads = 0;  ///< 0: `usable_threads`
  std::string kernels = "auto";
};

/// --threads and --kernels.
OptionGroup run_options(RunOptions& options);

/// What the work will run on.
struct Runtime {
  int threads = 1;
  BlasFacts blas;
};

/// Prepares the BLAS for the kernels and checks it on as many threads as will be used: those asked
/// for, or all cores that `machine` lends, capped with a warning at what the library can serve.
/// Passes the library's warnings on. Throws as prepare_blas and check_blas.
Runtime start_runtime(const RunOptions& options, const Machine& machine, const Console& console);

}  // namespace dtheta::cli
