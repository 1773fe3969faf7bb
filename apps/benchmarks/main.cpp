/// Benchmarks of the kernels that a training step is made of, with Google Benchmark.
#include "dtheta/math/blas_runtime.hpp"
#include "kernels.hpp"

int main(int argc, char** argv) {
  using namespace dtheta;
  const BlasFacts& blas = prepare_blas();
  benchmark::AddCustomContext("kernels", blas.kernels);
  benchmark::AddCustomContext("blas", blas.version + " with " + blas.core + " kernels");
  benchmarks::register_gemm();
  benchmarks::register_convolution();
  benchmarks::register_pooling();
  benchmarks::register_activations();
  benchmarks::register_updates();
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 2;
  benchmark::RunSpecifiedBenchmarks();
  benchmark::Shutdown();
}
