#include "dtheta/data/picture_changes.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <cmath>
#include <utility>

namespace dtheta {
namespace {

/// How many numbers of `extent` are left after a move by `distance`.
Size left_of(Size extent, Size distance) { return extent - std::abs(distance); }

/// The largest whole number that is not above; without SSE4.1 std::floor is a call.
Size whole_below(double number) {
  const Size whole = static_cast<Size>(number);
  return number < static_cast<double>(whole) ? whole - 1 : whole;
}

/// out {channels}: `picture` at (y, x), rows and columns from the first, linearly between the four
/// pixels around it.
template <std::floating_point T>
void interpolate(View<const T> picture, double y, double x, T* out) {
  const Size height = picture.dim(0), width = picture.dim(1), channels = picture.dim(2);
  const Size top = whole_below(y), left = whole_below(x);
  const auto below = static_cast<T>(y - static_cast<double>(top));
  const auto beside = static_cast<T>(x - static_cast<double>(left));
  const std::array<T, 4> weights{(1 - below) * (1 - beside), (1 - below) * beside,
                                 below * (1 - beside), below * beside};
  const Size first = (top * width + left) * channels;
  const std::array<Size, 4> places{first, first + channels, first + width * channels,
                                   first + (width + 1) * channels};
  const T* const numbers = picture.data();
  if (top >= 0 && top + 1 < height && left >= 0 && left + 1 < width) {
    for (Size c = 0; c < channels; ++c) {
      out[c] = weights[0] * numbers[places[0] + c] + weights[1] * numbers[places[1] + c] +
               weights[2] * numbers[places[2] + c] + weights[3] * numbers[places[3] + c];
    }
    return;
  }
  for (Size c = 0; c < channels; ++c) out[c] = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    const Size row = top + static_cast<Size>(i / 2), column = left + static_cast<Size>(i % 2);
    if (row < 0 || row >= height || column < 0 || column >= width) continue;
    for (Size c = 0; c < channels; ++c) out[c] += weights[i] * numbers[places[i] + c];
  }
}

}  // namespace

template <std::floating_point T>
void mirror_horizontally(View<T> picture) {
  const Size width = picture.dim(1), channels = picture.dim(2);
  for (Size row = 0; row < picture.dim(0); ++row) {
    T* left = picture.data() + row * width * channels;
    T* right = left + (width - 1) * channels;
    for (; left < right; left += channels, right -= channels) {
      for (Size c = 0; c < channels; ++c) std::swap(left[c], right[c]);
    }
  }
}

template <std::floating_point T>
void mirror_vertically(View<T> picture) {
  const Size numbers = picture.dim(1) * picture.dim(2);  // of a row
  T* top = picture.data();
  T* bottom = top + (picture.dim(0) - 1) * numbers;
  for (; top < bottom; top += numbers, bottom -= numbers) {
    std::swap_ranges(top, top + numbers, bottom);
  }
}

template <std::floating_point T>
void move_pixels(View<T> picture, Size down, Size right) {
  const Size height = picture.dim(0), width = picture.dim(1), channels = picture.dim(2);
  assert(std::abs(down) < height && std::abs(right) < width);
  const Size kept = left_of(width, right) * channels;
  const auto row_at = [&](Size row) { return picture.data() + row * width * channels; };
  for (Size n = 0; n < left_of(height, down); ++n) {
    const Size row = down > 0 ? height - 1 - n : n;  // no row is overwritten before it is read
    const T* from = row_at(row - down) + (right < 0 ? -right * channels : 0);
    T* const begin = row_at(row);
    T* const end = begin + width * channels;
    if (right > 0) {
      std::copy_backward(from, from + kept, end);
      std::fill(begin, end - kept, T{0});
    } else {
      std::copy(from, from + kept, begin);
      std::fill(begin + kept, end, T{0});
    }
  }
  T* const empty = down > 0 ? picture.data() : row_at(height + down);
  std::fill(empty, empty + std::abs(down) * width * channels, T{0});
}

// Pixel p comes from map(p). After a further change S what is at p was at S⁻¹p, which came from
// map(S⁻¹p).
void PixelMap::enlarge(double factor) {
  for (double* number : {&yy, &yx, &xy, &xx}) *number /= factor;
}

void PixelMap::turn(double radians) {
  const double cosine = std::cos(radians), sine = std::sin(radians);
  *this = {.yy = yy * cosine - yx * sine,
           .yx = yy * sine + yx * cosine,
           .y0 = y0,
           .xy = xy * cosine - xx * sine,
           .xx = xy * sine + xx * cosine,
           .x0 = x0};
}

void PixelMap::move(double down, double right) {
  y0 -= yy * down + yx * right;
  x0 -= xy * down + xx * right;
}

template <std::floating_point T>
void resample(View<const T> from, const PixelMap& map, View<T> to) {
  assert(from.shape() == to.shape() && from.data() != to.data());
  const double middle_y = static_cast<double>(from.dim(0) - 1) / 2;
  const double middle_x = static_cast<double>(from.dim(1) - 1) / 2;
  T* out = to.data();
  for (Size row = 0; row < from.dim(0); ++row) {
    const double y = static_cast<double>(row) - middle_y;
    for (Size column = 0; column < from.dim(1); ++column, out += from.dim(2)) {
      const double x = static_cast<double>(column) - middle_x;
      interpolate(from, map.yy * y + map.yx * x + map.y0 + middle_y,
                  map.xy * y + map.xx * x + map.x0 + middle_x, out);
    }
  }
}

template <std::floating_point T>
void change_brightness(View<T> picture, T factor, const InputPreparation& preparation) {
  for (T& number : picture.span()) number *= factor;
  const std::size_t channels = preparation.mean.size();
  for (std::size_t c = 0; c < channels; ++c) {
    const auto black = static_cast<T>(preparation.mean[c] / preparation.deviation[c]);
    const T more = (factor - 1) * black;
    for (std::size_t i = c; i < picture.span().size(); i += channels) picture.span()[i] += more;
  }
}

template <std::floating_point T>
void change_contrast(View<T> picture, T factor) {
  const Size channels = picture.dim(2);
  const Size pixels = picture.dim(0) * picture.dim(1);
  for (Size c = 0; c < channels; ++c) {
    double sum = 0;
    for (Size i = c; i < picture.size(); i += channels) sum += static_cast<double>(picture[i]);
    const auto mean = static_cast<T>(sum / static_cast<double>(pixels));
    for (Size i = c; i < picture.size(); i += channels) {
      picture[i] = mean + factor * (picture[i] - mean);
    }
  }
}

template <std::floating_point T>
void cut_out(View<T> picture, Size row, Size column, Size size) {
  const Size width = picture.dim(1), channels = picture.dim(2);
  const Size top = std::max<Size>(row - size / 2, 0);
  const Size bottom = std::min(row - size / 2 + size, picture.dim(0));
  const Size left = std::max<Size>(column - size / 2, 0);
  const Size right = std::min(column - size / 2 + size, width);
  for (Size r = top; r < bottom; ++r) {
    T* const begin = picture.data() + (r * width + left) * channels;
    std::fill(begin, begin + (right - left) * channels, T{0});
  }
}

template void mirror_horizontally(View<float>);
template void mirror_horizontally(View<double>);
template void mirror_vertically(View<float>);
template void mirror_vertically(View<double>);
template void move_pixels(View<float>, Size, Size);
template void move_pixels(View<double>, Size, Size);
template void resample(View<const float>, const PixelMap&, View<float>);
template void resample(View<const double>, const PixelMap&, View<double>);
template void change_brightness(View<float>, float, const InputPreparation&);
template void change_brightness(View<double>, double, const InputPreparation&);
template void change_contrast(View<float>, float);
template void change_contrast(View<double>, double);
template void cut_out(View<float>, Size, Size, Size);
template void cut_out(View<double>, Size, Size, Size);

}  // namespace dtheta
