#include "benchmark_text.hpp"

#include <cmath>

#include <fmt/format.h>

#include "text.hpp"

namespace dtheta::cli {

nlohmann::ordered_json spread_json(const Spread& spread) {
  return {{"median", spread.median}, {"min", spread.min}, {"max", spread.max}};
}

nlohmann::ordered_json machine_json(const Machine& machine, const BlasFacts& blas) {
  return {{"cpu", machine.cpu},
          {"cores", usable_threads(machine)},
          {"vector_sets", machine.vector_sets},
          {"kernels", blas.kernels},
          {"blas", blas.version},
          {"blas_core", blas.core}};
}

std::string machine_text(const Machine& machine, const BlasFacts& blas) {
  const int cores = usable_threads(machine);
  return fmt::format("{}, {} core{}, {} kernels, {} with {} kernels", machine.cpu, cores,
                     plural(cores), blas.kernels, blas.version, blas.core);
}

std::string figure_text(double number) {
  if (number >= 1000) return grouped(std::llround(number));
  const int decimals = number >= 100 ? 0 : number >= 10 ? 1 : number >= 1 ? 2 : 3;
  return fmt::format("{:.{}f}", number, decimals);
}

}  // namespace dtheta::cli
