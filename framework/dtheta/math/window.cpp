#include "dtheta/math/window.hpp"

#include <cassert>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

WindowAxis slide_along(Size input, Size window, Size stride, Padding padding, Size dilation) {
  assert(window > 0 && stride > 0 && dilation > 0);
  WindowAxis axis{.input = input, .window = window, .stride = stride, .dilation = dilation};
  if (padding == Padding::valid) {
    axis.output = (input - axis.reach()) / stride + 1;
  } else {
    axis.output = (input - 1) / stride + 1;
    axis.padding = std::max<Size>(0, (axis.output - 1) * stride + axis.reach() - input) / 2;
  }
  return axis;
}

}  // namespace

Windows slide(const Shape& sample, const Extent2d& window, const Extent2d& stride, Padding padding,
              const Extent2d& dilation) {
  if (sample.rank() != 3 || sample.size() == 0) {
    throw UsageError(
        fmt::format("found samples of shape {}; wanted height x width x channels", sample.text()));
  }
  const Size height = (window.height - 1) * dilation.height + 1;
  const Size width = (window.width - 1) * dilation.width + 1;
  if (padding == Padding::valid && (height > sample[0] || width > sample[1])) {
    throw UsageError(fmt::format(
        "a window of {}x{} does not fit into {}x{}; make it smaller or write 'same' to pad", height,
        width, sample[0], sample[1]));
  }
  return {
      .vertical = slide_along(sample[0], window.height, stride.height, padding, dilation.height),
      .horizontal = slide_along(sample[1], window.width, stride.width, padding, dilation.width),
      .channels = sample[2]};
}

}  // namespace dtheta
