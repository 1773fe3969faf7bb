#include "dtheta/math/window.hpp"

#include <cassert>

#include <fmt/format.h>

#include "dtheta/core/error.hpp"

namespace dtheta {
namespace {

WindowAxis slide_along(Size input, Size window, Size stride, Padding padding) {
  assert(window > 0 && stride > 0);
  WindowAxis axis{.input = input, .window = window, .stride = stride};
  if (padding == Padding::valid) {
    axis.output = (input - window) / stride + 1;
  } else {
    axis.output = (input - 1) / stride + 1;
    axis.padding = std::max<Size>(0, (axis.output - 1) * stride + window - input) / 2;
  }
  return axis;
}

}  // namespace

Windows slide(const Shape& sample, const Extent2d& window, const Extent2d& stride,
              Padding padding) {
  if (sample.rank() != 3 || sample.size() == 0) {
    throw UsageError(
        fmt::format("found samples of shape {}; wanted height x width x channels", sample.text()));
  }
  if (padding == Padding::valid && (window.height > sample[0] || window.width > sample[1])) {
    throw UsageError(fmt::format(
        "a window of {}x{} does not fit into {}x{}; make it smaller or write 'same' to pad",
        window.height, window.width, sample[0], sample[1]));
  }
  return {.vertical = slide_along(sample[0], window.height, stride.height, padding),
          .horizontal = slide_along(sample[1], window.width, stride.width, padding),
          .channels = sample[2]};
}

}  // namespace dtheta
