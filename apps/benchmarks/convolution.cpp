#include <array>

#include <fmt/format.h>

#include "dtheta/math/direct_convolution.hpp"
#include "dtheta/math/im2col.hpp"
#include "dtheta/math/winograd.hpp"
#include "kernels.hpp"

namespace dtheta::benchmarks {
namespace {

constexpr Size m = 8;  // samples

/// A convolution of the named networks.
struct Case {
  Size side, channels, window, filters;
  Padding padding;

  Windows windows() const {
    return slide({side, side, channels}, {window, window}, {1, 1}, padding);
  }
  std::string name() const {
    return fmt::format("{0}x{0}x{1}/{2}x{2}/{3}", side, channels, window, filters);
  }
  /// Of one pass by the definition of a convolution, which Winograd's needs fewer than.
  double flops() const {
    const Windows w = windows();
    return 2.0 * static_cast<double>(m * w.positions() * w.window_size() * filters);
  }
};

constexpr std::array<Case, 2> lenet{
    {{28, 1, 5, 6, Padding::valid}, {12, 6, 5, 16, Padding::valid}}};
constexpr std::array<Case, 8> of_3x3{{{28, 1, 3, 32, Padding::valid},
                                      {26, 32, 3, 64, Padding::valid},
                                      {32, 3, 3, 32, Padding::same},
                                      {32, 32, 3, 32, Padding::same},
                                      {16, 32, 3, 64, Padding::same},
                                      {16, 64, 3, 64, Padding::same},
                                      {8, 64, 3, 128, Padding::same},
                                      {8, 128, 3, 128, Padding::same}}};

/// Bytes of the column matrix of all samples.
Size column_bytes(const Windows& w) {
  return m * w.positions() * w.window_size() * static_cast<Size>(sizeof(float));
}

void columns_of(benchmark::State& state, const Case& c, bool is_adjoint) {
  const Windows w = c.windows();
  AlignedBuffer<float> x = random_numbers(m * w.sample_size());
  AlignedBuffer<float> columns(m * w.positions() * w.window_size());
  const View<float> x_view = x.view({m, c.side, c.side, c.channels});
  const View<float> column_view = columns.view({m * w.positions(), w.window_size()});
  run_moving(state, column_bytes(w), [&] {
    if (is_adjoint) {
      add_col2im<float>(column_view, w, 0, x_view);
    } else {
      im2col<float>(x_view, w, 0, column_view);
    }
  });
}

/// Everything that direct convolution reads and writes.
struct Direct {
  explicit Direct(const Case& c)
      : windows(c.windows()),
        kernel{windows.window_size(), c.filters},
        x(random_numbers(m * windows.sample_size())),
        theta(random_numbers(windows.window_size() * c.filters)),
        bias(random_numbers(c.filters)),
        a(random_numbers(m * windows.positions() * c.filters)),
        panels(kernel.size()),
        scratch(direct_scratch_size<float>(windows, c.filters)),
        x_shape{m, c.side, c.side, c.channels},
        theta_shape{windows.window_size(), c.filters},
        a_shape{m, windows.vertical.output, windows.horizontal.output, c.filters} {
    kernel.pack(theta.view(theta_shape), panels.span());
  }

  void forward() {
    direct_forward<float>(x.view(x_shape), windows, kernel.forward(panels.data()),
                          bias.view({bias.size()}), {.kind = Activation::relu}, a.view(a_shape),
                          scratch.span());
  }
  void dtheta() {
    add_direct_dtheta<float>(x.view(x_shape), windows, a.view(a_shape), theta.view(theta_shape),
                             scratch.span());
  }

  Windows windows;
  KernelPanels<float> kernel;
  AlignedBuffer<float> x, theta, bias, a, panels, scratch;
  Shape x_shape, theta_shape, a_shape;
};

/// Everything that Winograd's functions read and write.
struct Winograd {
  explicit Winograd(const Case& c)
      : windows(c.windows()),
        x(random_numbers(m * windows.sample_size())),
        theta(random_numbers(windows.window_size() * c.filters)),
        bias(random_numbers(c.filters)),
        a(random_numbers(m * windows.positions() * c.filters)),
        dx(x.size()),
        dtheta(theta.size()),
        prepared(winograd_prepared_size<float>(c.channels, c.filters, true)),
        scratch(winograd_scratch_size<float>(windows, c.filters, m)),
        x_shape{m, c.side, c.side, c.channels},
        theta_shape{3, 3, c.channels, c.filters},
        a_shape{m, windows.vertical.output, windows.horizontal.output, c.filters} {
    prepare();
  }

  void prepare() { winograd_prepare<float>(theta.view(theta_shape), true, prepared.span()); }
  void forward() {
    winograd_forward<float>(x.view(x_shape), windows, prepared.span(), bias.view({bias.size()}),
                            {.kind = Activation::relu}, a.view(a_shape), scratch.span());
  }
  void backward() {
    winograd_backward<float>(x.view(x_shape), windows, prepared.span(), a.view(a_shape),
                             dtheta.view(theta_shape), dx.view(x_shape), scratch.span());
  }

  Windows windows;
  AlignedBuffer<float> x, theta, bias, a, dx, dtheta, prepared, scratch;
  Shape x_shape, theta_shape, a_shape;
};

void register_columns(const Case& c) {
  add("im2col/" + c.name(), [c](benchmark::State& state) { columns_of(state, c, false); });
  add("col2im/" + c.name(), [c](benchmark::State& state) { columns_of(state, c, true); });
}

void register_direct(const Case& c) {
  add("direct/forward/" + c.name(), [c](benchmark::State& state) {
    Direct data(c);
    run(state, c.flops(), [&] { data.forward(); });
  });
  add("direct/dtheta/" + c.name(), [c](benchmark::State& state) {
    Direct data(c);
    run(state, c.flops(), [&] { data.dtheta(); });
  });
}

void register_winograd(const Case& c) {
  add("winograd/prepare/" + c.name(), [c](benchmark::State& state) {
    Winograd data(c);
    run_moving(state, data.prepared.size() * static_cast<Size>(sizeof(float)),
               [&] { data.prepare(); });
  });
  add("winograd/forward/" + c.name(), [c](benchmark::State& state) {
    Winograd data(c);
    run(state, c.flops(), [&] { data.forward(); });
  });
  add("winograd/backward/" + c.name(), [c](benchmark::State& state) {
    Winograd data(c);
    run(state, 2 * c.flops(), [&] { data.backward(); });
  });
}

}  // namespace

void register_convolution() {
  for (const Case& c : lenet) {
    register_columns(c);
    register_direct(c);
  }
  for (const Case& c : of_3x3) {
    register_columns(c);
    if (c.channels <= 3) register_direct(c);
    register_winograd(c);
  }
}

}  // namespace dtheta::benchmarks
