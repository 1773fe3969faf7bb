#include "dtheta/math/im2col.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>

namespace dtheta {
namespace {

/// Neighbouring windows of one row of outputs.
struct Stretch {
  Size sample;
  Size i;      ///< output row
  Size begin;  ///< output columns [begin, end)
  Size end;
  Size row;  ///< of the tile, for `begin`
};

/// Cuts the rows [first, first + count) of the column matrix into stretches, in order.
template <class Body>
void for_each_stretch(const Windows& w, Size first, Size count, Body&& body) {
  const Size width = w.horizontal.output;
  const Size height = w.vertical.output;
  for (Size row = 0; row < count;) {
    const Size line = (first + row) / width;
    const Size begin = (first + row) % width;
    const Size end = std::min(width, begin + count - row);
    body(Stretch{line / height, line % height, begin, end, row});
    row += end - begin;
  }
}

/// Copies `count` numbers. Mostly there are few, so they go in fixed blocks, the last of which
/// may overlap the one before.
template <class T>
void copy_run(const T* __restrict from, T* __restrict to, Size count) {
  constexpr Size block = 4;
  constexpr Size many = 64;
  if (count >= many) {
    std::copy_n(from, count, to);
  } else if (count >= block) {
    for (Size k = 0; k < count - block; k += block)
      std::memcpy(to + k, from + k, block * sizeof(T));
    std::memcpy(to + count - block, from + count - block, block * sizeof(T));
  } else {
    for (Size k = 0; k < count; ++k) to[k] = from[k];
  }
}

template <class T>
void add_run(const T* __restrict from, T* __restrict to, Size count) {
  for (Size k = 0; k < count; ++k) to[k] += from[k];
}

/// Calls run(number of the first tap, its number in x's row, taps, row of the tile) for the taps of
/// each window of the stretch that are not padding.
template <class Body>
void for_each_run(const WindowAxis& axis, const Stretch& stretch, Body&& run) {
  const Size inside = std::clamp(axis.first_inside(), stretch.begin, stretch.end);
  const Size beyond = std::clamp(axis.end_inside(), inside, stretch.end);
  const auto at_border = [&](Size j) {
    const Size tap = axis.first_tap(j);
    run(tap, axis.origin(j) + tap, axis.end_tap(j) - tap, stretch.row + j - stretch.begin);
  };
  for (Size j = stretch.begin; j < inside; ++j) at_border(j);
  for (Size j = inside; j < beyond; ++j) {
    run(0, axis.origin(j), axis.window, stretch.row + j - stretch.begin);
  }
  for (Size j = beyond; j < stretch.end; ++j) at_border(j);
}

/// Whether some window of the stretch reaches into the padding.
bool has_padding(const Windows& w, const Stretch& stretch) {
  return stretch.i < w.vertical.first_inside() || stretch.i >= w.vertical.end_inside() ||
         stretch.begin < w.horizontal.first_inside() || stretch.end > w.horizontal.end_inside();
}

/// The row of x {m, h, w, c} under tap r of output row i.
template <class T>
T* input_row(View<T> x, const Windows& w, const Stretch& stretch, Size r) {
  const Size row = stretch.sample * w.vertical.input + w.vertical.origin(stretch.i) + r;
  return x.data() + row * w.horizontal.input * w.channels;
}

}  // namespace

template <std::floating_point T>
void im2col(View<const T> x, const Windows& w, Size first, View<T> columns) {
  assert(columns.dim(1) == w.window_size());
  const Size size = w.window_size();
  const Size line = w.horizontal.window * w.channels;
  for_each_stretch(w, first, columns.dim(0), [&](const Stretch& stretch) {
    if (has_padding(w, stretch)) {
      std::fill_n(columns.data() + stretch.row * size, (stretch.end - stretch.begin) * size, T{0});
    }
    for (Size r = w.vertical.first_tap(stretch.i); r < w.vertical.end_tap(stretch.i); ++r) {
      const T* const from = input_row(x, w, stretch, r);
      T* const to = columns.data() + r * line;
      for_each_run(w.horizontal, stretch, [&](Size tap, Size column, Size taps, Size row) {
        copy_run(from + column * w.channels, to + row * size + tap * w.channels, taps * w.channels);
      });
    }
  });
}

template <std::floating_point T>
void add_col2im(View<const T> columns, const Windows& w, Size first, View<T> dx) {
  assert(columns.dim(1) == w.window_size());
  const Size size = w.window_size();
  const Size line = w.horizontal.window * w.channels;
  for_each_stretch(w, first, columns.dim(0), [&](const Stretch& stretch) {
    for (Size r = w.vertical.first_tap(stretch.i); r < w.vertical.end_tap(stretch.i); ++r) {
      const T* const from = columns.data() + r * line;
      T* const to = input_row(dx, w, stretch, r);
      for_each_run(w.horizontal, stretch, [&](Size tap, Size column, Size taps, Size row) {
        add_run(from + row * size + tap * w.channels, to + column * w.channels, taps * w.channels);
      });
    }
  });
}

template void im2col(View<const float>, const Windows&, Size, View<float>);
template void im2col(View<const double>, const Windows&, Size, View<double>);
template void add_col2im(View<const float>, const Windows&, Size, View<float>);
template void add_col2im(View<const double>, const Windows&, Size, View<double>);

}  // namespace dtheta
