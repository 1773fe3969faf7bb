/// How the benchmarks tell what they measured, and where.
#pragma once

#include <string>

#include <nlohmann/json.hpp>

#include "dtheta/benchmark/spread.hpp"
#include "dtheta/core/machine.hpp"
#include "runtime.hpp"

namespace dtheta::cli {

/// {"median", "min", "max"}.
nlohmann::ordered_json spread_json(const Spread& spread);

/// What a figure is worth nothing without: {"cpu", "cores", "vector_sets", "kernels", "blas",
/// "blas_core"}; cores are those that this process may use.
nlohmann::ordered_json machine_json(const Machine& machine, const BlasFacts& blas);

/// The same in a line: "AMD EPYC, 2 cores, avx2 kernels, OpenBLAS 0.3.21 with Zen kernels".
std::string machine_text(const Machine& machine, const BlasFacts& blas);

/// A number with three digits or more: "0.123", "12.3", "1,234".
std::string figure_text(double number);

}  // namespace dtheta::cli
