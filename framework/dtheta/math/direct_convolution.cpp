#include "dtheta/math/direct_convolution.hpp"

#include <algorithm>

#include "dtheta/core/aligned_buffer.hpp"

namespace dtheta {
namespace {

/// A sample with its padding: numbers of a row of it, and of all of it.
struct Bordered {
  Size rows;
  Size row;
  Size left;  // numbers of padding before a row's first input
  bool is_copy;

  explicit Bordered(const Windows& w) {
    const auto length = [](const WindowAxis& axis) {
      return std::max(axis.padding + axis.input,
                      axis.origin(axis.output - 1) + axis.padding + axis.window);
    };
    rows = length(w.vertical);
    row = length(w.horizontal) * w.channels;
    left = w.horizontal.padding * w.channels;
    is_copy = rows > w.vertical.input || row > w.horizontal.input * w.channels;
  }
  Size size() const { return is_copy ? rows * row : 0; }
};

/// Sample `n` of x, where the window at output (0, 0) begins at the first number. A copy has the
/// border of zeros that `bordered` has got already.
template <class T>
const T* sample_of(View<const T> x, const Windows& w, const Bordered& bordered, Size n, T* copy) {
  const T* const sample = x.data() + n * w.sample_size();
  if (!bordered.is_copy) return sample;
  const Size row = w.horizontal.input * w.channels;
  for (Size i = 0; i < w.vertical.input; ++i) {
    std::copy_n(sample + i * row, row,
                copy + (w.vertical.padding + i) * bordered.row + bordered.left);
  }
  return copy;
}

}  // namespace

// The bordered sample, then dz of one sample in panels.
template <std::floating_point T>
Size direct_scratch_size(const Windows& w, Size filters) {
  return AlignedBuffer<T>::padded(Bordered(w).size()) + w.positions() * panel_padded<T>(filters);
}

template <std::floating_point T>
void direct_forward(View<const T> x, const Windows& w, const PanelFactor<T>& theta,
                    View<const T> bias, const ActivationOptions& activation, View<T> a,
                    std::span<T> scratch) {
  const Bordered bordered(w);
  std::fill_n(scratch.data(), bordered.size(), T{0});
  const Size filters = bias.size();
  for (Size n = 0; n < x.dim(0); ++n) {
    const T* const sample = sample_of(x, w, bordered, n, scratch.data());
    const View<T> z = a.rows(n, 1).reshaped({w.positions(), filters});
    const StridedFactor<T> windows{.data = sample,
                                   .row_stride = w.horizontal.stride * w.channels,
                                   .run = w.horizontal.output,
                                   .run_stride = w.vertical.stride * bordered.row,
                                   .segment = w.horizontal.window * w.channels,
                                   .segment_stride = bordered.row};
    panel_gemm<T>(w.positions(), filters, w.window_size(), windows, theta, z.data(), filters,
                  false);
    add_bias_and_activate(z, bias, activation);
  }
}

template <std::floating_point T>
void add_direct_dtheta(View<const T> x, const Windows& w, View<const T> dz, View<T> dtheta,
                       std::span<T> scratch) {
  const Bordered bordered(w);
  std::fill_n(scratch.data(), bordered.size(), T{0});
  const Size filters = dtheta.dim(1), positions = w.positions();
  const Size surplus = panel_padded<T>(filters) - filters;
  T* const panels = scratch.data() + AlignedBuffer<T>::padded(bordered.size());
  for (Size n = 0; n < x.dim(0); ++n) {
    const T* const sample = sample_of(x, w, bordered, n, scratch.data());
    const View<const T> right = dz.rows(n, 1).reshaped({positions, filters});
    // Panels read dz where it lies, and what follows it: the last sample's are copied.
    const bool is_followed = dz.size() - (n + 1) * right.size() >= surplus;
    if (!is_followed) pack_panels<T>(right, panels, positions * panel_width<T>());
    const StridedFactor<T> inputs{.data = sample,
                                  .row_stride = 1,
                                  .column_stride = w.horizontal.stride * w.channels,
                                  .run = w.horizontal.window * w.channels,
                                  .run_stride = bordered.row,
                                  .segment = w.horizontal.output,
                                  .segment_stride = w.vertical.stride * bordered.row};
    panel_gemm<T>(w.window_size(), filters, positions, inputs,
                  is_followed ? PanelFactor<T>::matrix(right.data(), filters)
                              : PanelFactor<T>::packed(panels, positions),
                  dtheta.data(), filters, true);
  }
}

template Size direct_scratch_size<float>(const Windows&, Size);
template Size direct_scratch_size<double>(const Windows&, Size);
template void direct_forward(View<const float>, const Windows&, const PanelFactor<float>&,
                             View<const float>, const ActivationOptions&, View<float>,
                             std::span<float>);
template void direct_forward(View<const double>, const Windows&, const PanelFactor<double>&,
                             View<const double>, const ActivationOptions&, View<double>,
                             std::span<double>);
template void add_direct_dtheta(View<const float>, const Windows&, View<const float>, View<float>,
                                std::span<float>);
template void add_direct_dtheta(View<const double>, const Windows&, View<const double>,
                                View<double>, std::span<double>);

}  // namespace dtheta
