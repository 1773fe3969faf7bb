#include "dtheta/layers/depthwise_conv2d.hpp"

#include <algorithm>

#include <fmt/format.h>

#include "dtheta/layers/activation.hpp"
#include "dtheta/layers/checks.hpp"
#include "dtheta/math/depthwise.hpp"

namespace dtheta {

template <std::floating_point T>
DepthwiseConv2d<T>::DepthwiseConv2d(const DepthwiseConv2dOptions& options) : options_(options) {
  check_extent(options.kernel, "kernel");
  check_count(options.multiplier, "the multiplier");
  check_extent(options.stride, "stride");
  check_dilation(options.dilation, options.stride);
  check_activation(options.activation);
}

/// The windows over a sample whose channels have been repeated.
template <std::floating_point T>
Windows DepthwiseConv2d<T>::windows(const Shape& sample) const {
  Windows w = slide(sample, options_.kernel, options_.stride, options_.padding, options_.dilation);
  w.channels *= options_.multiplier;
  return w;
}

template <std::floating_point T>
Shape DepthwiseConv2d<T>::output_shape(std::span<const Shape> inputs) const {
  const Shape& sample = inputs[0];
  check_picture(sample);
  const Shape outputs{sample[2], options_.multiplier};
  check_count(outputs.size(), "the number of output channels");
  const Windows w = windows(sample);
  return {w.vertical.output, w.horizontal.output, outputs.size()};
}

template <std::floating_point T>
std::vector<ParameterSpec> DepthwiseConv2d<T>::parameters(std::span<const Shape> inputs) const {
  const Extent2d& kernel = options_.kernel;
  const Size channels = inputs[0][2], multiplier = options_.multiplier;
  const Size taps = kernel.height * kernel.width;
  return {{.name = "depthwise_kernel",
           .shape = {kernel.height, kernel.width, channels, multiplier},
           .fan_in = taps,
           .fan_out = taps * multiplier},
          {.name = "bias",
           .shape = {channels * multiplier},
           .fan_in = taps,
           .fan_out = taps * multiplier,
           .start = 0}};
}

template <std::floating_point T>
Footprint DepthwiseConv2d<T>::footprint(std::span<const Shape> inputs, Size) const {
  if (options_.multiplier == 1) return {};
  return {.scratch = 2 * inputs[0].size() * options_.multiplier};  // a sample of x and of dx
}

/// The sample {1, h, w, c} with each channel `multiplier` times: itself, or made in `scratch`.
template <std::floating_point T>
View<const T> DepthwiseConv2d<T>::repeated(View<const T> sample, std::span<T> scratch) const {
  const Size multiplier = options_.multiplier;
  if (multiplier == 1) return sample;
  for (Size i = 0; i < sample.size(); ++i) {
    std::fill_n(scratch.data() + i * multiplier, multiplier, sample[i]);
  }
  return {scratch.data(), Shape{1, sample.dim(1), sample.dim(2), sample.dim(3) * multiplier}};
}

template <std::floating_point T>
void DepthwiseConv2d<T>::forward(const Forward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const Windows w = windows(x.shape().sample());
  for (Size n = 0; n < x.dim(0); ++n) {
    const View<T> z = pass.output.rows(n, 1);
    depthwise_forward(repeated(x.rows(n, 1), pass.scratch), w, pass.theta[0], z);
    add_bias_and_activate(z, pass.theta[1], options_.activation);
  }
}

template <std::floating_point T>
void DepthwiseConv2d<T>::backward(const Backward<T>& pass) const {
  const View<const T> x = pass.inputs[0];
  const Windows w = windows(x.shape().sample());
  const Size multiplier = options_.multiplier;
  activation_backward(pass.output, pass.doutput, options_.activation);
  const bool wants_dtheta = !pass.dtheta.empty();
  if (wants_dtheta) add_column_sums(View<const T>(pass.doutput), pass.dtheta[1]);
  const View<T> dx = pass.dinputs[0];
  for (Size n = 0; n < x.dim(0); ++n) {
    const View<const T> sample = repeated(x.rows(n, 1), pass.scratch);
    View<T> dsample = dx.empty() ? dx : dx.rows(n, 1);
    if (!dx.empty() && multiplier > 1) {
      dsample = View<T>(pass.scratch.data() + sample.size(), sample.shape());
    }
    depthwise_backward(sample, w, pass.theta[0], View<const T>(pass.doutput.rows(n, 1)),
                       wants_dtheta ? pass.dtheta[0] : View<T>(), dsample);
    if (dx.empty() || multiplier == 1) continue;
    const View<T> sums = dx.rows(n, 1);
    for (Size i = 0; i < sums.size(); ++i) {
      T sum = 0;
      for (Size k = 0; k < multiplier; ++k) sum += dsample[i * multiplier + k];
      sums[i] = sum;
    }
  }
}

DepthwiseConv2dOptions CatalogEntry<DepthwiseConv2dOptions>::read(std::string_view,
                                                                  LayerWords& words) {
  DepthwiseConv2dOptions options;
  options.kernel = take_extent(words, "the kernel's size");
  if (words.take_if("multiplier")) options.multiplier = take_count(words, "the multiplier");
  options.stride = take_stride(words).value_or(Extent2d{1, 1});
  options.padding = take_padding(words);
  options.dilation = take_dilation(words);
  options.activation = take_activation(words);
  return options;
}

std::string CatalogEntry<DepthwiseConv2dOptions>::text(const DepthwiseConv2dOptions& options) {
  std::string text = "depthwise " + full_text(options.kernel);
  if (options.multiplier != 1) text += fmt::format(" multiplier {}", options.multiplier);
  if (options.stride != Extent2d{1, 1}) text += " stride " + short_text(options.stride);
  if (options.padding == Padding::same) text += " same";
  if (options.dilation != Extent2d{1, 1}) text += " dilation " + short_text(options.dilation);
  return text + activation_suffix(options.activation);
}

template class DepthwiseConv2d<float>;
template class DepthwiseConv2d<double>;

}  // namespace dtheta
