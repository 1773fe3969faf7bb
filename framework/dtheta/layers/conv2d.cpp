#include "dtheta/layers/conv2d.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/activation.hpp"
#include "dtheta/layers/checks.hpp"
#include "dtheta/layers/grouped_conv2d.hpp"
#include "dtheta/math/blas.hpp"
#include "dtheta/math/direct_convolution.hpp"
#include "dtheta/math/im2col.hpp"
#include "dtheta/math/panel_gemm.hpp"
#include "dtheta/math/winograd.hpp"

namespace dtheta {
namespace {

constexpr std::array<std::string_view, 4> algorithm_names{"automatic", "direct", "im2col",
                                                          "winograd"};  // as in the enumeration

constexpr Size tile_bytes = 256 * 1024;  // columns and outputs of a tile, in any L2 cache
constexpr Size least_tile = 64;          // positions below which a product is slow
constexpr Size least_channels = 8;       // in or out, below which Winograd's maps cost too much
constexpr Size few_channels = 8;         // up to which columns cost more than their products
constexpr Size least_row = 4;  // outputs in a row, below which direct products are too short

}  // namespace

std::string_view algorithm_name(ConvAlgorithm algorithm) {
  return algorithm_names[static_cast<std::size_t>(algorithm)];
}

std::optional<ConvAlgorithm> algorithm_named(std::string_view name) {
  const auto* const found = std::ranges::find(algorithm_names, name);
  if (found == algorithm_names.end()) return std::nullopt;
  return static_cast<ConvAlgorithm>(found - algorithm_names.begin());
}

template <std::floating_point T>
Conv2d<T>::Conv2d(const Conv2dOptions& options) : options_(options) {
  check_count(options.filters, "the number of filters");
  check_extent(options.kernel, "kernel");
  check_extent(options.stride, "stride");
  check_dilation(options.dilation, options.stride);
  check_activation(options.activation);
  if (options.groups != 1) {
    throw UsageError(fmt::format("the number of groups is {}; wanted 1", options.groups));
  }
  const bool is_dilated = options.dilation != Extent2d{1, 1};
  if (options.algorithm == ConvAlgorithm::direct && is_dilated) {
    throw UsageError("direct is for convolutions without dilation; leave it out or use im2col");
  }
  const bool fits =
      options.kernel == Extent2d{3, 3} && options.stride == Extent2d{1, 1} && !is_dilated;
  if (options.algorithm == ConvAlgorithm::winograd && !fits) {
    throw UsageError(
        "winograd is for 3x3 kernels with stride 1, undilated; leave it out or use im2col");
  }
}

template <std::floating_point T>
Windows Conv2d<T>::windows(const Shape& sample) const {
  return slide(sample, options_.kernel, options_.stride, options_.padding, options_.dilation);
}

template <std::floating_point T>
Shape Conv2d<T>::output_shape(std::span<const Shape> inputs) const {
  const Windows w = windows(inputs[0]);
  const Shape window{w.vertical.window, w.horizontal.window, w.channels};
  check_count(window.size(), fmt::format("the size of the window {}", window.text()));
  return {w.vertical.output, w.horizontal.output, options_.filters};
}

template <std::floating_point T>
std::vector<ParameterSpec> Conv2d<T>::parameters(std::span<const Shape> inputs) const {
  const Extent2d& kernel = options_.kernel;
  const Size channels = inputs[0][2];
  const Size fan_in = kernel.height * kernel.width * channels;
  const Size fan_out = kernel.height * kernel.width * options_.filters;
  return {{.name = "kernel",
           .shape = {kernel.height, kernel.width, channels, options_.filters},
           .fan_in = fan_in,
           .fan_out = fan_out},
          {.name = "bias",
           .shape = {options_.filters},
           .fan_in = fan_in,
           .fan_out = fan_out,
           .start = 0}};
}

template <std::floating_point T>
Footprint Conv2d<T>::footprint(std::span<const Shape> inputs, Size batch) const {
  const Windows w = windows(inputs[0]);
  const ConvAlgorithm by = algorithm(w);
  if (by == ConvAlgorithm::winograd) {
    return {.scratch = winograd_scratch_size<T>(w, options_.filters, batch)};
  }
  const Size direct =
      by == ConvAlgorithm::direct ? direct_scratch_size<T>(w, options_.filters) : Size{0};
  // dx goes through columns in either case.
  const Size columns =
      w.is_contiguous() ? 0 : tile_positions(w, batch * w.positions()) * w.window_size();
  return {.scratch = std::max(direct, columns)};
}

/// Winograd: with few channels the maps cost more than the products save; where outputs are few, so
/// do tiles that reach beyond them.
template <std::floating_point T>
ConvAlgorithm Conv2d<T>::algorithm(const Windows& w) const {
  if (options_.algorithm != ConvAlgorithm::automatic) return options_.algorithm;
  if (winograd_applies(w) && std::min(w.channels, options_.filters) >= least_channels &&
      w.vertical.output > 2 && w.horizontal.output > 2) {
    return ConvAlgorithm::winograd;
  }
  const bool is_direct = w.channels <= few_channels && w.horizontal.output >= least_row &&
                         !w.is_contiguous() && options_.dilation == Extent2d{1, 1};
  return is_direct ? ConvAlgorithm::direct : ConvAlgorithm::im2col;
}

template <std::floating_point T>
Size Conv2d<T>::prepared_size(std::span<const Shape> inputs, bool for_dinputs) const {
  const Windows w = windows(inputs[0]);
  if (algorithm(w) == ConvAlgorithm::winograd) {
    return winograd_prepared_size<T>(w.channels, options_.filters, for_dinputs);
  }
  return KernelPanels<T>{w.window_size(), options_.filters, for_dinputs}.size();
}

template <std::floating_point T>
void Conv2d<T>::prepare(const Prepare<T>& pass) const {
  const Windows w = windows(pass.inputs[0]);
  if (algorithm(w) == ConvAlgorithm::winograd) {
    return winograd_prepare(pass.theta[0], pass.for_dinputs, pass.prepared, pass.part, pass.parts);
  }
  const Size window = w.window_size(), filters = options_.filters;
  KernelPanels<T>{window, filters, pass.for_dinputs}.pack(pass.theta[0].reshaped({window, filters}),
                                                          pass.prepared, pass.part, pass.parts);
}

/// The most positions a tile may have; no more than there are.
template <std::floating_point T>
Size Conv2d<T>::tile_positions(const Windows& w, Size positions) const {
  const Size bytes = (w.window_size() + options_.filters) * static_cast<Size>(sizeof(T));
  return std::min(positions, std::max(least_tile, tile_bytes / bytes));
}

/// Rows `first`, ... of the column matrix of x: a view of x itself, or made in `scratch`.
template <std::floating_point T>
View<const T> Conv2d<T>::tile_columns(View<const T> x, const Windows& w, Size first, Size count,
                                      std::span<T> scratch) const {
  const Shape shape{count, w.window_size()};
  if (w.is_contiguous()) return {x.data() + first * w.window_size(), shape};
  const View<T> columns(scratch, shape);
  im2col(x, w, first, columns);
  return columns;
}

template <std::floating_point T>
void Conv2d<T>::forward(const Forward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const Windows w = windows(x.shape().sample());
  switch (algorithm(w)) {
    case ConvAlgorithm::winograd:
      return winograd_forward(x, w, pass.prepared, pass.theta[1], options_.activation, pass.output,
                              pass.scratch);
    case ConvAlgorithm::direct:
      return direct_forward(
          x, w, KernelPanels<T>{w.window_size(), options_.filters}.forward(pass.prepared.data()),
          pass.theta[1], options_.activation, pass.output, pass.scratch);
    default:
      return im2col_forward(pass, w);
  }
}

template <std::floating_point T>
void Conv2d<T>::im2col_forward(const Forward<T>& pass, const Windows& w) const {
  const View<const T> x = pass.inputs[0];
  const Size filters = options_.filters, window = w.window_size();
  const Size positions = x.dim(0) * w.positions();
  const View<T> output = pass.output.reshaped({positions, filters});
  const auto panels = KernelPanels<T>{window, filters}.forward(pass.prepared.data());
  const Size tile = tile_positions(w, positions);
  for (Size first = 0; first < positions; first += tile) {
    const Size count = std::min(tile, positions - first);
    const View<T> z = output.rows(first, count);
    const View<const T> columns = tile_columns(x, w, first, count, pass.scratch);
    panel_gemm<T>(count, filters, window, {columns.data(), window, 1}, panels, z.data(), filters,
                  false);
    add_bias_and_activate(z, pass.theta[1], options_.activation);
  }
}

template <std::floating_point T>
void Conv2d<T>::backward(const Backward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const Windows w = windows(x.shape().sample());
  activation_backward(pass.output, pass.doutput, options_.activation);
  const View<const T> dz = pass.doutput;
  const bool wants_dtheta = !pass.dtheta.empty();
  if (wants_dtheta) add_column_sums(dz, pass.dtheta[1]);
  switch (algorithm(w)) {
    case ConvAlgorithm::winograd:
      return winograd_backward(x, w, pass.prepared, dz, wants_dtheta ? pass.dtheta[0] : View<T>(),
                               pass.dinputs[0], pass.scratch);
    case ConvAlgorithm::direct:
      if (wants_dtheta) {
        add_direct_dtheta(x, w, dz, pass.dtheta[0].reshaped({w.window_size(), options_.filters}),
                          pass.scratch);
      }
      return columns_backward(pass, w, false);
    default:
      return columns_backward(pass, w, wants_dtheta);
  }
}

/// dθ, if asked for, and dx, tile by tile.
template <std::floating_point T>
void Conv2d<T>::columns_backward(const Backward<T>& pass, const Windows& w,
                                 bool wants_dtheta) const {
  const View<const T> x = pass.inputs[0];
  const View<T> dx = pass.dinputs[0];
  const Size filters = options_.filters, window = w.window_size();
  const Size positions = x.dim(0) * w.positions();
  const View<T> all = pass.doutput.reshaped({positions, filters});
  const View<T> dtheta = wants_dtheta ? pass.dtheta[0].reshaped({window, filters}) : View<T>();
  const auto panels = KernelPanels<T>{window, filters, true}.adjoint(pass.prepared.data());
  if (!dx.empty() && !w.is_contiguous()) std::ranges::fill(dx.span(), T{0});
  const Size tile = tile_positions(w, positions);
  for (Size first = 0; first < positions; first += tile) {
    const Size count = std::min(tile, positions - first);
    const View<T> dz = all.rows(first, count);
    if (wants_dtheta) {
      gemm<T>(transposed(tile_columns(x, w, first, count, pass.scratch)), dz, 1, dtheta);
    }
    if (dx.empty()) continue;
    // The columns have been used: their gradient takes their place.
    T* const dcolumns = w.is_contiguous() ? dx.data() + first * window : pass.scratch.data();
    panel_gemm<T>(count, window, filters, {dz.data(), filters, 1}, panels, dcolumns, window, false);
    if (w.is_contiguous()) continue;
    add_col2im(View<const T>(dcolumns, Shape{count, window}), w, first, dx);
  }
}

Conv2dOptions CatalogEntry<Conv2dOptions>::read(std::string_view, LayerWords& words) {
  Conv2dOptions options{.filters = take_count(words, "the number of filters")};
  options.kernel = take_extent(words, "the kernel's size");
  options.stride = take_stride(words).value_or(Extent2d{1, 1});
  options.padding = take_padding(words);
  options.dilation = take_dilation(words);
  if (words.take_if("groups")) options.groups = take_count(words, "the number of groups");
  const auto algorithm = algorithm_named(words.peek());
  if (algorithm && *algorithm != ConvAlgorithm::automatic) {
    options.algorithm = *algorithm;
    words.take();
  }
  options.activation = take_activation(words);
  return options;
}

std::string CatalogEntry<Conv2dOptions>::text(const Conv2dOptions& options) {
  std::string text = fmt::format("conv {} {}", options.filters, full_text(options.kernel));
  if (options.stride != Extent2d{1, 1}) text += " stride " + short_text(options.stride);
  if (options.padding == Padding::same) text += " same";
  if (options.dilation != Extent2d{1, 1}) text += " dilation " + short_text(options.dilation);
  if (options.groups != 1) text += fmt::format(" groups {}", options.groups);
  if (options.algorithm != ConvAlgorithm::automatic) {
    text += fmt::format(" {}", algorithm_name(options.algorithm));
  }
  return text + activation_suffix(options.activation);
}

template <std::floating_point T>
std::unique_ptr<Layer<T>> CatalogEntry<Conv2dOptions>::make(const Conv2dOptions& options) {
  if (options.groups == 1) return std::make_unique<Conv2d<T>>(options);
  return std::make_unique<GroupedConv2d<T>>(options);
}

template std::unique_ptr<Layer<float>> CatalogEntry<Conv2dOptions>::make(const Conv2dOptions&);
template std::unique_ptr<Layer<double>> CatalogEntry<Conv2dOptions>::make(const Conv2dOptions&);
template class Conv2d<float>;
template class Conv2d<double>;

}  // namespace dtheta
