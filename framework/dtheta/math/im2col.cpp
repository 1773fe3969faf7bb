#include "dtheta/math/im2col.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>
#include <utility>

namespace dtheta {
namespace {

constexpr Size least_wide = 8;  // channels of a tap that is worth a run of its own

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

/// Runs of numbers to go from one place to another, each run a step beyond the one before.
template <class T>
struct Runs {
  const T* from;
  Size from_step;
  T* to;
  Size to_step;
  Size length;  ///< numbers in a run
  Size count;   ///< runs
};

struct Copy {
  template <class T>
  static void run(const T* from, Size length, T* to) {
    std::memcpy(to, from, static_cast<std::size_t>(length) * sizeof(T));
  }
};

struct Add {
  template <class T>
  static void run(const T* __restrict from, Size length, T* __restrict to) {
    for (Size number = 0; number < length; ++number) to[number] += from[number];
  }
};

/// A length that the compiler knows: no call, no loop within a run.
template <class Operation, class T, Size length>
void do_short_runs(const Runs<T>& runs) {
  for (Size k = 0; k < runs.count; ++k) {
    Operation::run(runs.from + k * runs.from_step, length, runs.to + k * runs.to_step);
  }
}

template <class Operation, class T, std::size_t... lengths>
constexpr auto for_short_runs(std::index_sequence<lengths...>) {
  return std::array{do_short_runs<Operation, T, static_cast<Size>(lengths)>...};
}

template <class Operation, class T>
void do_runs(const Runs<T>& runs) {
  static constexpr auto short_ones = for_short_runs<Operation, T>(std::make_index_sequence<33>());
  const auto length = static_cast<std::size_t>(runs.length);
  if (length < short_ones.size()) return short_ones[length](runs);
  for (Size k = 0; k < runs.count; ++k) {
    Operation::run(runs.from + k * runs.from_step, runs.length, runs.to + k * runs.to_step);
  }
}

/// Calls run(first tap, its place in the input, taps, row of the tile, windows) for the windows of
/// the stretch without their padding: those at a border one by one, those inside together. Taps
/// that do not lie side by side come one by one.
template <class Body>
void for_each_run(const WindowAxis& axis, const Stretch& stretch, Body&& run) {
  const Size inside = std::clamp(axis.first_inside(), stretch.begin, stretch.end);
  const Size beyond = std::clamp(axis.end_inside(), inside, stretch.end);
  const auto row_of = [&](Size j) { return stretch.row + j - stretch.begin; };
  const auto run_taps = [&](Size first, Size end, Size j, Size windows) {
    const Size step = axis.dilation == 1 ? end - first : 1;
    for (Size tap = first; tap < end; tap += step) {
      run(tap, axis.place(j, tap), step, row_of(j), windows);
    }
  };
  const auto at_border = [&](Size j) { run_taps(axis.first_tap(j), axis.end_tap(j), j, Size{1}); };
  for (Size j = stretch.begin; j < inside; ++j) at_border(j);
  run_taps(0, axis.window, inside, beyond - inside);
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
  const Size row = stretch.sample * w.vertical.input + w.vertical.place(stretch.i, r);
  return x.data() + row * w.horizontal.input * w.channels;
}

}  // namespace

template <std::floating_point T>
void im2col(View<const T> x, const Windows& w, Size first, View<T> columns) {
  assert(columns.dim(1) == w.window_size());
  const Size size = w.window_size();
  const Size c = w.channels;
  for_each_stretch(w, first, columns.dim(0), [&](const Stretch& stretch) {
    if (has_padding(w, stretch)) {
      std::fill_n(columns.data() + stretch.row * size, (stretch.end - stretch.begin) * size, T{0});
    }
    for (Size r = w.vertical.first_tap(stretch.i); r < w.vertical.end_tap(stretch.i); ++r) {
      const T* const from = input_row(x, w, stretch, r);
      T* const to = columns.data() + r * w.horizontal.window * c;
      for_each_run(w.horizontal, stretch,
                   [&](Size tap, Size place, Size taps, Size row, Size count) {
                     do_runs<Copy, T>({.from = from + place * c,
                                       .from_step = w.horizontal.stride * c,
                                       .to = to + row * size + tap * c,
                                       .to_step = size,
                                       .length = taps * c,
                                       .count = count});
                   });
    }
  });
}

template <std::floating_point T>
void add_col2im(View<const T> columns, const Windows& w, Size first, View<T> dx) {
  assert(columns.dim(1) == w.window_size());
  const Size size = w.window_size();
  const Size c = w.channels;
  for_each_stretch(w, first, columns.dim(0), [&](const Stretch& stretch) {
    for (Size r = w.vertical.first_tap(stretch.i); r < w.vertical.end_tap(stretch.i); ++r) {
      const T* const from = columns.data() + r * w.horizontal.window * c;
      T* const to = input_row(dx, w, stretch, r);
      for_each_run(w.horizontal, stretch,
                   [&](Size tap, Size place, Size taps, Size row, Size count) {
                     // Wide taps one by one: neighbouring windows overlap, and a sum that was
                     // written a moment ago at another alignment would have to be waited for.
                     const Size step = c >= least_wide ? 1 : taps;
                     for (Size s = 0; s < taps; s += step) {
                       do_runs<Add, T>({.from = from + row * size + (tap + s) * c,
                                        .from_step = size,
                                        .to = to + (place + s) * c,
                                        .to_step = w.horizontal.stride * c,
                                        .length = step * c,
                                        .count = count});
                     }
                   });
    }
  });
}

template void im2col(View<const float>, const Windows&, Size, View<float>);
template void im2col(View<const double>, const Windows&, Size, View<double>);
template void add_col2im(View<const float>, const Windows&, Size, View<float>);
template void add_col2im(View<const double>, const Windows&, Size, View<double>);

}  // namespace dtheta
