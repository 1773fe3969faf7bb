/// Naive convolution and pooling, straight from the equations: what the fast ones are compared
/// with. All sums are made in double.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// One axis of a window; `same` by Keras' rule.
struct ReferenceAxis {
  Size input, window, stride;
  bool is_same = false;
  Size dilation = 1;

  Size reach() const { return (window - 1) * dilation + 1; }
  Size output() const {
    return is_same ? (input + stride - 1) / stride : (input - reach() + stride) / stride;
  }
  Size before() const {
    return is_same ? std::max<Size>(0, (output() - 1) * stride + reach() - input) / 2 : 0;
  }
  /// The input under a tap of an output; −1 for padding.
  Size at(Size o, Size tap) const {
    const Size position = o * stride + tap * dilation - before();
    return position < input ? std::max<Size>(position, -1) : -1;
  }
};

/// Windows over m samples of {height, width, channels}.
struct ReferenceWindows {
  Size m;
  ReferenceAxis vertical, horizontal;
  Size channels;

  Size outputs() const { return m * vertical.output() * horizontal.output(); }
  Size inputs() const { return m * vertical.input * horizontal.input * channels; }

  /// Calls body(output position, tap, index into x of the tap's channel 0) for every tap of every
  /// window that is not padding, in order.
  template <class Body>
  void for_each_tap(Body&& body) const {
    for (Size n = 0; n < m; ++n) {
      for (Size i = 0; i < vertical.output(); ++i) {
        for (Size j = 0; j < horizontal.output(); ++j) {
          for (Size r = 0; r < vertical.window; ++r) {
            for (Size s = 0; s < horizontal.window; ++s) {
              const Size y = vertical.at(i, r), x = horizontal.at(j, s);
              if (y < 0 || x < 0) continue;
              body((n * vertical.output() + i) * horizontal.output() + j, r * horizontal.window + s,
                   ((n * vertical.input + y) * horizontal.input + x) * channels);
            }
          }
        }
      }
    }
  }
};

inline std::vector<double> zeros(Size size) {
  return std::vector<double>(static_cast<std::size_t>(size));
}

template <class Numbers>
double entry(const Numbers& numbers, Size index) {
  return static_cast<double>(numbers[static_cast<std::size_t>(index)]);
}
inline double& entry(std::vector<double>& numbers, Size index) {
  return numbers[static_cast<std::size_t>(index)];
}

/// z of equation (15), summed over the input channels of the filter's group. A depthwise
/// convolution has as many groups as channels.
template <class T>
std::vector<double> reference_convolution(const ReferenceWindows& w, std::span<T> x,
                                          std::span<T> theta, std::span<T> bias, Size groups = 1) {
  const Size filters = static_cast<Size>(bias.size()), channels = w.channels / groups;
  std::vector<double> z = zeros(w.outputs() * filters);
  for (Size k = 0; k < w.outputs() * filters; ++k) entry(z, k) = entry(bias, k % filters);
  w.for_each_tap([&](Size position, Size tap, Size place) {
    for (Size c = 0; c < channels; ++c) {
      for (Size f = 0; f < filters; ++f) {
        const Size first = f / (filters / groups) * channels;
        entry(z, position * filters + f) +=
            entry(theta, (tap * channels + c) * filters + f) * entry(x, place + first + c);
      }
    }
  });
  return z;
}

/// dθ of equation (17), db, and da of equation (19).
struct ReferenceGradients {
  std::vector<double> dx, dtheta, dbias;
};

template <class T>
ReferenceGradients reference_convolution_backward(const ReferenceWindows& w, std::span<T> x,
                                                  std::span<T> theta, std::span<T> dz,
                                                  Size groups = 1) {
  const Size filters = static_cast<Size>(dz.size()) / w.outputs(), channels = w.channels / groups;
  ReferenceGradients d{zeros(w.inputs()), zeros(static_cast<Size>(theta.size())), zeros(filters)};
  for (Size k = 0; k < w.outputs() * filters; ++k) entry(d.dbias, k % filters) += entry(dz, k);
  w.for_each_tap([&](Size position, Size tap, Size place) {
    for (Size c = 0; c < channels; ++c) {
      for (Size f = 0; f < filters; ++f) {
        const Size weight = (tap * channels + c) * filters + f;
        const Size from = place + f / (filters / groups) * channels + c;
        entry(d.dtheta, weight) += entry(dz, position * filters + f) * entry(x, from);
        entry(d.dx, from) += entry(theta, weight) * entry(dz, position * filters + f);
      }
    }
  });
  return d;
}

/// Where each output's maximum lies: the index into x of its first largest number.
template <class T>
std::vector<Size> reference_argmax(const ReferenceWindows& w, std::span<T> x) {
  std::vector<Size> argmax(static_cast<std::size_t>(w.outputs() * w.channels), -1);
  w.for_each_tap([&](Size position, Size, Size place) {
    for (Size c = 0; c < w.channels; ++c) {
      Size& best = argmax[static_cast<std::size_t>(position * w.channels + c)];
      if (best < 0 || entry(x, place + c) > entry(x, best)) best = place + c;
    }
  });
  return argmax;
}

/// How many numbers each output position's window has.
inline std::vector<double> reference_counts(const ReferenceWindows& w) {
  std::vector<double> counts = zeros(w.outputs());
  w.for_each_tap([&](Size position, Size, Size) { entry(counts, position) += 1; });
  return counts;
}

template <class T>
std::vector<double> reference_average(const ReferenceWindows& w, std::span<T> x) {
  const std::vector<double> counts = reference_counts(w);
  std::vector<double> y = zeros(w.outputs() * w.channels);
  w.for_each_tap([&](Size position, Size, Size place) {
    for (Size c = 0; c < w.channels; ++c) {
      entry(y, position * w.channels + c) += entry(x, place + c) / entry(counts, position);
    }
  });
  return y;
}

template <class T>
std::vector<double> reference_average_backward(const ReferenceWindows& w, std::span<T> dy) {
  const std::vector<double> counts = reference_counts(w);
  std::vector<double> dx = zeros(w.inputs());
  w.for_each_tap([&](Size position, Size, Size place) {
    for (Size c = 0; c < w.channels; ++c) {
      entry(dx, place + c) += entry(dy, position * w.channels + c) / entry(counts, position);
    }
  });
  return dx;
}

}  // namespace dtheta
