/// Windows that slide over the height and width of NHWC samples: the geometry that convolution and
/// pooling share.
#pragma once

#include <algorithm>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// What happens at the borders; Keras' names and rules.
enum class Padding {
  valid,  ///< windows stay inside: output = ⌊(input − window) / stride⌋ + 1
  same,  ///< output = ⌈input / stride⌉; what is missing is added half before, the odd one after
};

/// A height and a width.
struct Extent2d {
  Size height = 1;
  Size width = 1;

  friend bool operator==(const Extent2d&, const Extent2d&) = default;
};

/// How a window slides along one axis: output o covers the inputs o·stride − padding +
/// tap·dilation, for tap in [0, window), as far as they exist. With a dilation of 1 every window
/// covers at least one.
struct WindowAxis {
  Size input = 1;
  Size window = 1;
  Size stride = 1;
  Size padding = 0;  ///< before the first input
  Size output = 1;
  Size dilation = 1;

  /// Inputs from the first tap to the last one.
  Size reach() const { return (window - 1) * dilation + 1; }
  /// The input under tap 0 of output o; negative in the padding.
  Size origin(Size o) const { return o * stride - padding; }
  /// The input under a tap of output o.
  Size place(Size o, Size tap) const { return origin(o) + tap * dilation; }
  /// The taps of output o that lie on inputs: [first_tap, end_tap).
  Size first_tap(Size o) const {
    return std::min(window, taps_below(std::max<Size>(0, -origin(o))));
  }
  Size end_tap(Size o) const {
    return std::max(first_tap(o), std::min(window, taps_below(input - origin(o))));
  }

  /// The outputs whose window lies wholly on inputs: [first_inside, end_inside); may be none.
  Size first_inside() const { return std::min(output, (padding + stride - 1) / stride); }
  Size end_inside() const {
    const Size last_origin = input - reach() + padding;
    return last_origin < 0 ? first_inside()
                           : std::clamp(last_origin / stride + 1, first_inside(), output);
  }

  /// The windows lie side by side and cover each input once.
  bool is_partition() const {
    return padding == 0 && output * window == input && (output == 1 || stride == window) &&
           (window == 1 || dilation == 1);
  }

 private:
  /// The taps that lie less than `distance` inputs behind the first one; without a division in the
  /// usual case, because pooling asks at every window.
  Size taps_below(Size distance) const {
    return dilation == 1 ? distance : (distance + dilation - 1) / dilation;
  }
};

/// The windows over one sample {height, width, channels}; each reaches through all channels.
struct Windows {
  WindowAxis vertical;
  WindowAxis horizontal;
  Size channels = 1;

  /// Windows a sample.
  Size positions() const { return vertical.output * horizontal.output; }
  /// Numbers in a window.
  Size window_size() const { return vertical.window * horizontal.window * channels; }
  /// Numbers in a sample.
  Size sample_size() const { return vertical.input * horizontal.input * channels; }

  /// Windows in order are the sample's memory in order: nothing need be copied to line them up.
  bool is_contiguous() const {
    return vertical.is_partition() && horizontal.is_partition() &&
           (vertical.window == 1 || horizontal.output == 1);
  }
};

/// Slides `window` over samples of shape {height, width, channels}; its taps lie `dilation` inputs
/// apart. Throws UsageError when the shape has another rank or, with valid padding, the window is
/// larger than the sample. window, stride and dilation must be positive, and the window's reach
/// below 2⁶².
Windows slide(const Shape& sample, const Extent2d& window, const Extent2d& stride, Padding padding,
              const Extent2d& dilation = {1, 1});

}  // namespace dtheta
