#include "dtheta/layers/grouped_conv2d.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/error.hpp"
#include "dtheta/layers/checks.hpp"

namespace dtheta {
namespace {

/// The options of one group.
Conv2dOptions group_options(Conv2dOptions options) {
  check_count(options.groups, "the number of groups");
  if (options.filters % options.groups != 0) {
    throw UsageError(fmt::format("the number of filters is {}; wanted a multiple of the {} groups",
                                 options.filters, options.groups));
  }
  options.filters /= options.groups;
  options.groups = 1;
  return options;
}

/// The columns of group g in the last axis of `all` {..., C} to `own` {..., C/G}, overwritten.
template <class T>
void take_group(View<const T> all, Size g, View<T> own) {
  const Size columns = own.shape().extents().back(), stride = all.shape().extents().back();
  for (Size row = 0; row < own.size() / columns; ++row) {
    std::copy_n(all.data() + row * stride + g * columns, columns, own.data() + row * columns);
  }
}

/// The other way round.
template <class T>
void put_group(View<const T> own, Size g, View<T> all) {
  const Size columns = own.shape().extents().back(), stride = all.shape().extents().back();
  for (Size row = 0; row < own.size() / columns; ++row) {
    std::copy_n(own.data() + row * columns, columns, all.data() + row * stride + g * columns);
  }
}

/// The part of a row {filters} that is group g's {filters/G}.
template <class T>
View<T> part_of(View<T> row, Size g, Size filters) {
  return {row.data() + g * filters, Shape{filters}};
}

}  // namespace

/// Where a group's copies lie in the scratch: x, its dx, the output or its derivative, dθ, and what
/// the group needs for itself.
template <std::floating_point T>
struct GroupedConv2d<T>::Parts {
  Shape input;   ///< {m, height, width, channels of a group}
  Shape output;  ///< {m, output height, output width, filters of a group}
  Shape kernel;
  Size own;  ///< scratch of the group

  static Size padded(const Shape& shape) { return AlignedBuffer<T>::padded(shape.size()); }
  static std::size_t count(const Shape& shape) { return static_cast<std::size_t>(padded(shape)); }
  Size dx() const { return padded(input); }
  Size z() const { return 2 * padded(input); }
  Size dz() const { return z() + padded(output); }
  Size dtheta() const { return dz() + padded(output); }
  Size rest() const { return dtheta() + padded(kernel); }
  Size size() const { return rest() + own; }
};

template <std::floating_point T>
GroupedConv2d<T>::GroupedConv2d(const Conv2dOptions& options)
    : groups_(options.groups),
      filters_(group_options(options).filters),
      kernel_(options.kernel),
      group_(group_options(options)) {}

template <std::floating_point T>
Shape GroupedConv2d<T>::group_input(const Shape& sample) const {
  return {sample[0], sample[1], sample[2] / groups_};
}

template <std::floating_point T>
Shape GroupedConv2d<T>::group_kernel(const Shape& sample) const {
  return {kernel_.height, kernel_.width, sample[2] / groups_, filters_};
}

/// For m samples and the places {height, width} of their outputs.
template <std::floating_point T>
typename GroupedConv2d<T>::Parts GroupedConv2d<T>::parts(const Shape& sample, const Shape& output,
                                                         Size m) const {
  const std::array input{group_input(sample)};
  return {.input = input[0].batch(m),
          .output = {m, output[0], output[1], filters_},
          .kernel = group_kernel(sample),
          .own = group_.footprint(input, m).scratch};
}

template <std::floating_point T>
Shape GroupedConv2d<T>::output_shape(std::span<const Shape> inputs) const {
  const Shape& sample = inputs[0];
  check_picture(sample);
  if (sample[2] % groups_ != 0) {
    throw UsageError(
        fmt::format("found {} channels; wanted a multiple of the {} groups", sample[2], groups_));
  }
  const Shape output = group_.output_shape(std::array{group_input(sample)});
  return {output[0], output[1], filters_ * groups_};
}

template <std::floating_point T>
std::vector<ParameterSpec> GroupedConv2d<T>::parameters(std::span<const Shape> inputs) const {
  auto specs = group_.parameters(std::array{group_input(inputs[0])});
  const Shape& kernel = specs[0].shape;
  specs[0].shape = {kernel[0], kernel[1], kernel[2], filters_ * groups_};
  specs[1].shape = {filters_ * groups_};
  return specs;
}

template <std::floating_point T>
Footprint GroupedConv2d<T>::footprint(std::span<const Shape> inputs, Size batch) const {
  return {.scratch = parts(inputs[0], output_shape(inputs), batch).size()};
}

// Prepared: for each group its kernel, and what the group's layer prepares.

template <std::floating_point T>
Size GroupedConv2d<T>::prepared_size(std::span<const Shape> inputs, bool for_dinputs) const {
  const std::array input{group_input(inputs[0])};
  const Size own = AlignedBuffer<T>::padded(group_.prepared_size(input, for_dinputs));
  return groups_ * (Parts::padded(group_kernel(inputs[0])) + own);
}

template <std::floating_point T>
void GroupedConv2d<T>::prepare(const Prepare<T>& pass) const {
  const std::array input{group_input(pass.inputs[0])};
  const Shape kernel = group_kernel(pass.inputs[0]);
  const Size end = groups_ * (pass.part + 1) / pass.parts;
  for (Size g = groups_ * pass.part / pass.parts; g < end; ++g) {
    const std::span<T> prepared = part(pass.prepared, g);
    const View<T> own(prepared, kernel);
    take_group(pass.theta[0], g, own);
    const std::array theta{View<const T>(own), part_of(pass.theta[1], g, filters_)};
    group_.prepare({.inputs = input,
                    .theta = theta,
                    .for_dinputs = pass.for_dinputs,
                    .prepared = prepared.subspan(Parts::count(kernel))});
  }
}

template <std::floating_point T>
void GroupedConv2d<T>::forward(const Forward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const Parts at = parts(x.shape().sample(), pass.output.shape().sample(), x.dim(0));
  const View<T> own(pass.scratch.data(), at.input), z(pass.scratch.data() + at.z(), at.output);
  for (Size g = 0; g < groups_; ++g) {
    const std::span<const T> prepared = part(pass.prepared, g);
    take_group(x, g, own);
    const std::array inputs{View<const T>(own)};
    const std::array theta{View<const T>(prepared, at.kernel), part_of(pass.theta[1], g, filters_)};
    group_.forward({.inputs = inputs,
                    .output = z,
                    .theta = theta,
                    .prepared = prepared.subspan(Parts::count(at.kernel)),
                    .record = {},
                    .scratch = pass.scratch.subspan(static_cast<std::size_t>(at.rest()))});
    put_group<T>(z, g, pass.output);
  }
}

template <std::floating_point T>
void GroupedConv2d<T>::backward(const Backward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const Parts at = parts(x.shape().sample(), pass.output.shape().sample(), x.dim(0));
  for (Size g = 0; g < groups_; ++g) backward(pass, at, g);
}

/// Of group g.
template <std::floating_point T>
void GroupedConv2d<T>::backward(const Backward<T>& pass, const Parts& at, Size g) const {
  const bool wants_dtheta = !pass.dtheta.empty(), wants_dx = !pass.dinputs[0].empty();
  T* const memory = pass.scratch.data();
  const View<T> x(memory, at.input), dx(memory + at.dx(), at.input);
  const View<T> a(memory + at.z(), at.output), da(memory + at.dz(), at.output);
  const View<T> dkernel(memory + at.dtheta(), at.kernel);
  take_group(pass.inputs[0], g, x);
  take_group(pass.output, g, a);
  take_group<T>(pass.doutput, g, da);
  if (wants_dtheta) take_group<T>(pass.dtheta[0], g, dkernel);
  const std::span<const T> prepared = part(pass.prepared, g);
  const std::array inputs{View<const T>(x)};
  const std::array dinputs{wants_dx ? dx : View<T>()};
  const std::array theta{View<const T>(prepared, at.kernel), part_of(pass.theta[1], g, filters_)};
  const std::array dtheta{dkernel, wants_dtheta ? part_of(pass.dtheta[1], g, filters_) : View<T>()};
  group_.backward({.inputs = inputs,
                   .output = a,
                   .doutput = da,
                   .dinputs = dinputs,
                   .theta = theta,
                   .prepared = prepared.subspan(Parts::count(at.kernel)),
                   .dtheta = std::span(dtheta).first(wants_dtheta ? dtheta.size() : 0),
                   .record = {},
                   .scratch = pass.scratch.subspan(static_cast<std::size_t>(at.rest()))});
  if (wants_dtheta) put_group<T>(dkernel, g, pass.dtheta[0]);
  if (wants_dx) put_group<T>(dx, g, pass.dinputs[0]);
}

/// What was prepared for group g.
template <std::floating_point T>
template <class Number>
std::span<Number> GroupedConv2d<T>::part(std::span<Number> prepared, Size g) const {
  const std::size_t size = prepared.size() / static_cast<std::size_t>(groups_);
  return prepared.subspan(static_cast<std::size_t>(g) * size, size);
}

template class GroupedConv2d<float>;
template class GroupedConv2d<double>;

}  // namespace dtheta
