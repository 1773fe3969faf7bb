#include "dtheta/layers/dense.hpp"

#include <algorithm>
#include <cassert>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"
#include "dtheta/layers/activation.hpp"
#include "dtheta/layers/checks.hpp"
#include "dtheta/math/activation.hpp"
#include "dtheta/math/outer_products.hpp"
#include "dtheta/math/panel_gemm.hpp"

namespace dtheta {
namespace {

/// A deposit for up to `batch` samples: xᵀ {inputs, batch} in tiles of rows, then dz {batch, units}
/// in panels.
template <class T>
struct Packed {
  Size inputs;
  Size units;
  Size batch;

  Size tile_stride() const { return batch * panel_height<T>(); }
  Size panel_stride() const { return batch * panel_width<T>(); }
  Size x_size() const {
    const Size height = panel_height<T>();
    return (inputs + height - 1) / height * tile_stride();
  }
  Size size() const { return x_size() + panel_padded<T>(units) * batch; }
};

/// Samples whose outputs are made, and then activated while they are still in the second-level
/// cache: about 256 KiB of them, but enough to be worth reading all of W for.
template <class T>
Size tile_samples(Size units) {
  constexpr Size cache = 256 * 1024 / static_cast<Size>(sizeof(T));
  return std::max<Size>(128, cache / units);
}

}  // namespace

template <std::floating_point T>
Dense<T>::Dense(const DenseOptions& options) : options_(options) {
  check_count(options.units, "the number of units");
  check_activation(options.activation);
}

template <std::floating_point T>
Shape Dense<T>::output_shape(std::span<const Shape> inputs) const {
  const Shape& input = inputs[0];
  if (input.rank() != 1) {
    throw UsageError(
        fmt::format("found samples of shape {}; wanted one row of numbers: put 'flatten' before it",
                    input.text()));
  }
  check_count(input[0], "the number of inputs");
  return {options_.units};
}

template <std::floating_point T>
std::vector<ParameterSpec> Dense<T>::parameters(std::span<const Shape> inputs) const {
  const Size fan_in = inputs[0][0];
  const Size units = options_.units;
  return {{.name = "kernel", .shape = {fan_in, units}, .fan_in = fan_in, .fan_out = units},
          {.name = "bias", .shape = {units}, .fan_in = fan_in, .fan_out = units, .start = 0}};
}

template <std::floating_point T>
Footprint Dense<T>::footprint(std::span<const Shape> inputs, Size batch) const {
  return {.scratch = outer_products_scratch_size<T>(batch, inputs[0][0], options_.units)};
}

template <std::floating_point T>
Size Dense<T>::prepared_size(std::span<const Shape> inputs, bool for_dinputs) const {
  return KernelPanels<T>{inputs[0][0], options_.units, for_dinputs}.size();
}

template <std::floating_point T>
void Dense<T>::prepare(const Prepare<T>& pass) const {
  const View<const T> kernel = pass.theta[0];
  KernelPanels<T>{kernel.dim(0), kernel.dim(1), pass.for_dinputs}.pack(kernel, pass.prepared,
                                                                       pass.part, pass.parts);
}

template <std::floating_point T>
void Dense<T>::forward(const Forward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const Size m = x.dim(0), n = x.dim(1), units = options_.units;
  const auto panels = KernelPanels<T>{n, units}.forward(pass.prepared.data());
  const Size tile = tile_samples<T>(units);
  for (Size first = 0; first < m; first += tile) {
    const View<T> z = pass.output.rows(first, std::min(tile, m - first));
    panel_gemm<T>(z.dim(0), units, n, {x.data() + first * n, n, 1}, panels, z.data(), units, false);
    add_bias_and_activate(z, pass.theta[1], options_.activation);
  }
}

template <std::floating_point T>
void Dense<T>::backward(const Backward<T>& pass) const {
  const View<T> dz = pass.doutput;
  activation_backward(pass.output, dz, options_.activation);
  if (!pass.deposit.memory.empty()) {
    leave(pass);
  } else if (!pass.dtheta.empty()) {
    add_outer_products<T>(pass.inputs[0], dz, pass.dtheta[0], pass.scratch);
    add_column_sums(View<const T>(dz), pass.dtheta[1]);
  }
  const View<T> dx = pass.dinputs[0];
  if (dx.empty()) return;
  const Size n = dx.dim(1), units = options_.units;
  const auto panels = KernelPanels<T>{n, units, true}.adjoint(pass.prepared.data());
  panel_gemm<T>(dx.dim(0), n, units, {dz.data(), units, 1}, panels, dx.data(), n, false);
}

template <std::floating_point T>
Size Dense<T>::deposit_size(std::span<const Shape> inputs, Size batch) const {
  // dW of few units is small beside x, of which the deposit is a copy.
  if (4 * options_.units < batch) return 0;
  return Packed<T>{inputs[0][0], options_.units, batch}.size();
}

template <std::floating_point T>
void Dense<T>::leave(const Backward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const Deposit<T>& deposit = pass.deposit;
  const Packed<T> packed{x.dim(1), options_.units, deposit.batch};
  pack_rows<T>(x, deposit.memory.data() + deposit.first * panel_height<T>(), packed.tile_stride());
  pack_panels<T>(View<const T>(pass.doutput),
                 deposit.memory.data() + packed.x_size() + deposit.first * panel_width<T>(),
                 packed.panel_stride());
}

template <std::floating_point T>
void Dense<T>::batch_dtheta(const BatchDtheta<T>& pass) const {
  const Size units = options_.units;
  const Packed<T> packed{pass.inputs[0][0], units, pass.batch};
  const T* const dz = pass.deposit.data() + packed.x_size();
  if (pass.parameter == 0) {
    const Size row = pass.first / units;
    const Size rows = static_cast<Size>(pass.dtheta.size()) / units;
    assert(row % panel_rows == 0 && rows * units == static_cast<Size>(pass.dtheta.size()));
    const T* const x = pass.deposit.data() + row / panel_height<T>() * packed.tile_stride();
    panel_gemm<T>(rows, units, pass.m, StridedFactor<T>::packed(x, packed.tile_stride()),
                  {dz, packed.panel_stride(), panel_width<T>()}, pass.dtheta.data(), units, false);
    return;
  }
  const Size width = panel_width<T>();
  for (Size j = 0; j < static_cast<Size>(pass.dtheta.size()); ++j) {
    const Size unit = pass.first + j;
    const T* numbers = dz + unit / width * packed.panel_stride() + unit % width;
    T sum = 0;
    for (Size n = 0; n < pass.m; ++n) sum += numbers[n * width];
    pass.dtheta[static_cast<std::size_t>(j)] = sum;
  }
}

DenseOptions CatalogEntry<DenseOptions>::read(std::string_view, LayerWords& words) {
  const Size units = take_count(words, "the number of units");
  return {.units = units, .activation = take_activation(words)};
}

std::string CatalogEntry<DenseOptions>::text(const DenseOptions& options) {
  return fmt::format("dense {}{}", options.units, activation_suffix(options.activation));
}

template class Dense<float>;
template class Dense<double>;

}  // namespace dtheta
