#include "dtheta/math/pool.hpp"

#include <algorithm>

namespace dtheta {
namespace {

/// The c channels at one place of a batch {m, h, w, c}.
template <class T>
T* channels_at(View<T> batch, Size sample, Size row, Size column) {
  return batch.data() + ((sample * batch.dim(1) + row) * batch.dim(2) + column) * batch.dim(3);
}

/// Calls window(sample, i, j) for each output position (i, j), in order.
template <class Body>
void for_each_window(Size samples, const Windows& w, Body&& window) {
  for (Size n = 0; n < samples; ++n) {
    for (Size i = 0; i < w.vertical.output; ++i) {
      for (Size j = 0; j < w.horizontal.output; ++j) window(n, i, j);
    }
  }
}

/// Calls tap(row, column) for each input under window (i, j), row-major, padding left out.
template <class Body>
void for_each_tap(const Windows& w, Size i, Size j, Body&& tap) {
  const Size top = w.vertical.origin(i);
  const Size left = w.horizontal.origin(j);
  for (Size r = w.vertical.first_tap(i); r < w.vertical.end_tap(i); ++r) {
    for (Size s = w.horizontal.first_tap(j); s < w.horizontal.end_tap(j); ++s) {
      tap(top + r, left + s);
    }
  }
}

/// 1 / the number of inputs under window (i, j).
template <class T>
T share(const Windows& w, Size i, Size j) {
  const Size taps = (w.vertical.end_tap(i) - w.vertical.first_tap(i)) *
                    (w.horizontal.end_tap(j) - w.horizontal.first_tap(j));
  return T{1} / static_cast<T>(taps);
}

}  // namespace

template <std::floating_point T>
void max_pool(View<const T> x, const Windows& w, View<T> y) {
  const Size channels = w.channels;
  for_each_window(x.dim(0), w, [&](Size n, Size i, Size j) {
    T* __restrict best = channels_at(y, n, i, j);
    const Size top = w.vertical.origin(i) + w.vertical.first_tap(i);
    const Size left = w.horizontal.origin(j) + w.horizontal.first_tap(j);
    std::copy_n(channels_at(x, n, top, left), channels, best);
    for_each_tap(w, i, j, [&](Size row, Size column) {
      const T* __restrict number = channels_at(x, n, row, column);
      for (Size c = 0; c < channels; ++c) {
        const bool wins = (number[c] > best[c]) | (number[c] != number[c]);
        best[c] = wins ? number[c] : best[c];
      }
    });
  });
}

template <std::floating_point T>
void max_pool_backward(View<const T> x, View<const T> y, const Windows& w, View<T> dy, View<T> dx) {
  const Size channels = w.channels;
  std::ranges::fill(dx.span(), T{0});
  for_each_window(x.dim(0), w, [&](Size n, Size i, Size j) {
    const T* __restrict best = channels_at(y, n, i, j);
    T* __restrict left_over = channels_at(dy, n, i, j);
    for_each_tap(w, i, j, [&](Size row, Size column) {
      const T* __restrict number = channels_at(x, n, row, column);
      T* __restrict gradient = channels_at(dx, n, row, column);
      for (Size c = 0; c < channels; ++c) {
        const bool both_nan = (number[c] != number[c]) & (best[c] != best[c]);
        const bool is_taken = (number[c] == best[c]) | both_nan;
        gradient[c] += is_taken ? left_over[c] : T{0};
        left_over[c] = is_taken ? T{0} : left_over[c];
      }
    });
  });
}

template <std::floating_point T>
void average_pool(View<const T> x, const Windows& w, View<T> y) {
  const Size channels = w.channels;
  for_each_window(x.dim(0), w, [&](Size n, Size i, Size j) {
    T* __restrict mean = channels_at(y, n, i, j);
    std::fill_n(mean, channels, T{0});
    for_each_tap(w, i, j, [&](Size row, Size column) {
      const T* __restrict number = channels_at(x, n, row, column);
      for (Size c = 0; c < channels; ++c) mean[c] += number[c];
    });
    const T part = share<T>(w, i, j);
    for (Size c = 0; c < channels; ++c) mean[c] *= part;
  });
}

template <std::floating_point T>
void average_pool_backward(View<const T> dy, const Windows& w, View<T> dx) {
  const Size channels = w.channels;
  std::ranges::fill(dx.span(), T{0});
  for_each_window(dx.dim(0), w, [&](Size n, Size i, Size j) {
    const T* __restrict whole = channels_at(dy, n, i, j);
    const T part = share<T>(w, i, j);
    for_each_tap(w, i, j, [&](Size row, Size column) {
      T* __restrict gradient = channels_at(dx, n, row, column);
      for (Size c = 0; c < channels; ++c) gradient[c] += part * whole[c];
    });
  });
}

template void max_pool(View<const float>, const Windows&, View<float>);
template void max_pool(View<const double>, const Windows&, View<double>);
template void max_pool_backward(View<const float>, View<const float>, const Windows&, View<float>,
                                View<float>);
template void max_pool_backward(View<const double>, View<const double>, const Windows&,
                                View<double>, View<double>);
template void average_pool(View<const float>, const Windows&, View<float>);
template void average_pool(View<const double>, const Windows&, View<double>);
template void average_pool_backward(View<const float>, const Windows&, View<float>);
template void average_pool_backward(View<const double>, const Windows&, View<double>);

}  // namespace dtheta
