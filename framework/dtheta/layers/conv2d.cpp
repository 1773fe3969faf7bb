#include "dtheta/layers/conv2d.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/checks.hpp"
#include "dtheta/math/blas.hpp"
#include "dtheta/math/im2col.hpp"

namespace dtheta {
namespace {

constexpr Size tile_bytes = 256 * 1024;  // columns and outputs of a tile, in any L2 cache
constexpr Size least_tile = 64;          // positions below which a product is slow

}  // namespace

template <std::floating_point T>
Conv2d<T>::Conv2d(const Conv2dOptions& options) : options_(options) {
  check_count(options.filters, "the number of filters");
  check_extent(options.kernel, "kernel");
  check_extent(options.stride, "stride");
  check_activation(options.activation);
}

template <std::floating_point T>
Windows Conv2d<T>::windows(const Shape& sample) const {
  return slide(sample, options_.kernel, options_.stride, options_.padding);
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
           .is_bias = true}};
}

template <std::floating_point T>
Footprint Conv2d<T>::footprint(std::span<const Shape> inputs, Size batch) const {
  const Windows w = windows(inputs[0]);
  if (w.is_contiguous()) return {};
  return {.scratch = tile_positions(w, batch * w.positions()) * w.window_size()};
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
  const Size positions = x.dim(0) * w.positions();
  const View<T> output = pass.output.reshaped({positions, options_.filters});
  const View<const T> theta = pass.theta[0].reshaped({w.window_size(), options_.filters});
  const Size tile = tile_positions(w, positions);
  for (Size first = 0; first < positions; first += tile) {
    const Size count = std::min(tile, positions - first);
    const View<T> z = output.rows(first, count);
    gemm<T>(tile_columns(x, w, first, count, pass.scratch), theta, 0, z);
    add_bias_and_activate(z, pass.theta[1], options_.activation);
  }
}

template <std::floating_point T>
void Conv2d<T>::backward(const Backward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const View<T> dx = pass.dinputs[0];
  const Windows w = windows(x.shape().sample());
  const Size positions = x.dim(0) * w.positions();
  const Shape rows{positions, options_.filters};
  const Shape matrix{w.window_size(), options_.filters};
  const View<const T> a = pass.output.reshaped(rows);
  const View<T> da = pass.doutput.reshaped(rows);
  const View<const T> theta = pass.theta[0].reshaped(matrix);
  const View<T> dtheta = pass.dtheta[0].reshaped(matrix);
  if (!dx.empty() && !w.is_contiguous()) std::ranges::fill(dx.span(), T{0});
  const Size tile = tile_positions(w, positions);
  for (Size first = 0; first < positions; first += tile) {
    const Size count = std::min(tile, positions - first);
    const View<T> dz = da.rows(first, count);
    activation_backward(a.rows(first, count), dz, options_.activation);
    add_column_sums(View<const T>(dz), pass.dtheta[1]);
    gemm<T>(transposed(tile_columns(x, w, first, count, pass.scratch)), dz, 1, dtheta);
    if (dx.empty()) continue;
    const Shape shape{count, w.window_size()};
    if (w.is_contiguous()) {
      gemm<T>(dz, transposed(theta), 0, View<T>(dx.data() + first * w.window_size(), shape));
    } else {
      const View<T> dcolumns(pass.scratch, shape);  // the columns have been used
      gemm<T>(dz, transposed(theta), 0, dcolumns);
      add_col2im(View<const T>(dcolumns), w, first, dx);
    }
  }
}

template class Conv2d<float>;
template class Conv2d<double>;

}  // namespace dtheta
