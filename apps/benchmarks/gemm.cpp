#include <array>

#include <fmt/format.h>

#include "dtheta/math/blas.hpp"
#include "dtheta/math/outer_products.hpp"
#include "dtheta/math/panel_gemm.hpp"
#include "kernels.hpp"

namespace dtheta::benchmarks {
namespace {

/// C {m, n} = A {m, k} · B {k, n}.
struct Sizes {
  Size m, k, n;

  double flops() const { return 2.0 * static_cast<double>(m * k * n); }
};

// The products of shards of 16, 32 and 64 samples, and one that is large.
constexpr std::array<Sizes, 8> products{{{16, 784, 512},
                                         {32, 784, 512},
                                         {64, 784, 512},
                                         {64, 512, 256},
                                         {64, 256, 10},
                                         {32, 9216, 128},
                                         {64, 12288, 20},
                                         {768, 768, 768}}};

struct Operands {
  explicit Operands(const Sizes& s)
      : a(random_numbers(s.m * s.k)), b(random_numbers(s.k * s.n)), c(s.m * s.n) {}
  AlignedBuffer<float> a, b, c;
};

void blas_forward(benchmark::State& state, const Sizes& s) {
  Operands o(s);
  run(state, s.flops(), [&] {
    gemm(o.a.view({s.m, s.k}), o.b.view({s.k, s.n}), 0.0F, o.c.view({s.m, s.n}));
  });
}

/// dθ += aᵀ · dz.
void blas_dtheta(benchmark::State& state, const Sizes& s) {
  Operands o(s);
  run(state, s.flops(), [&] {
    gemm(transposed(o.a.view({s.m, s.k})), o.c.view({s.m, s.n}), 1.0F, o.b.view({s.k, s.n}));
  });
}

/// da = dz · θᵀ.
void blas_da(benchmark::State& state, const Sizes& s) {
  Operands o(s);
  run(state, s.flops(), [&] {
    gemm(o.c.view({s.m, s.n}), transposed(o.b.view({s.k, s.n})), 0.0F, o.a.view({s.m, s.k}));
  });
}

void panels_forward(benchmark::State& state, const Sizes& s) {
  Operands o(s);
  AlignedBuffer<float> panels(s.k * panel_padded<float>(s.n));
  pack_panels<float>(o.b.view({s.k, s.n}), panels.data(), s.k * panel_width<float>());
  const auto b = PanelFactor<float>::packed(panels.data(), s.k);
  run(state, s.flops(), [&] {
    panel_gemm<float>(s.m, s.n, s.k, {.data = o.a.data(), .row_stride = s.k}, b, o.c.data(), s.n,
                      false);
  });
}

/// dθ += aᵀ · dz, as dense layers of few units make it.
void outer_products(benchmark::State& state, const Sizes& s) {
  Operands o(s);
  AlignedBuffer<float> scratch(outer_products_scratch_size<float>(s.m, s.k, s.n));
  run(state, s.flops(), [&] {
    add_outer_products<float>(o.a.view({s.m, s.k}), o.c.view({s.m, s.n}), o.b.view({s.k, s.n}),
                              scratch.span());
  });
}

}  // namespace

void register_gemm() {
  for (const Sizes& s : products) {
    const std::string sizes = fmt::format("{}x{}x{}", s.m, s.k, s.n);
    add("gemm/forward/" + sizes, [s](benchmark::State& state) { blas_forward(state, s); });
    add("gemm/dtheta/" + sizes, [s](benchmark::State& state) { blas_dtheta(state, s); });
    add("gemm/da/" + sizes, [s](benchmark::State& state) { blas_da(state, s); });
    add("panels/forward/" + sizes, [s](benchmark::State& state) { panels_forward(state, s); });
    add("outer_products/" + sizes, [s](benchmark::State& state) { outer_products(state, s); });
  }
}

}  // namespace dtheta::benchmarks
