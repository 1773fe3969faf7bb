/// Changes of one picture {height, width, channels}: what augmentation is made of.
///
/// They write only the picture that they are handed; safe from any thread. Where a picture has
/// nothing, beyond its edges or in a hole, it is 0: of prepared input that is black, or with
/// --mean-std the mean colour.
#pragma once

#include <concepts>

#include "dtheta/core/input_preparation.hpp"
#include "dtheta/core/view.hpp"

namespace dtheta {

/// Left becomes right.
template <std::floating_point T>
void mirror_horizontally(View<T> picture);

/// Top becomes bottom.
template <std::floating_point T>
void mirror_vertically(View<T> picture);

/// Moves it so many whole pixels down and to the right (up and left where negative); zeros come in.
/// Neither may be as large as the picture (asserted).
template <std::floating_point T>
void move_pixels(View<T> picture, Size down, Size right);

/// Where in a picture the pixels of another come from: that at (y, x), rows and columns counted
/// from the centre, from (yy·y + yx·x + y0, xy·y + xx·x + x0). A value.
struct PixelMap {
  double yy = 1, yx = 0, y0 = 0;
  double xy = 0, xx = 1, x0 = 0;

  /// The picture also enlarged by `factor` about its centre, turned by `radians`, or moved by
  /// pixels and parts of pixels: after what the map has done so far.
  void enlarge(double factor);
  void turn(double radians);
  void move(double down, double right);
};

/// `to` becomes `from` (of the same shape, another place in memory) under the map, interpolated
/// linearly between the four pixels around each place.
template <std::floating_point T>
void resample(View<const T> from, const PixelMap& map, View<T> to);

/// Multiplies the numbers by `factor` as they were before mean and deviation were taken out. They
/// are not clipped.
template <std::floating_point T>
void change_brightness(View<T> picture, T factor, const InputPreparation& preparation);

/// x becomes mean + factor·(x − mean), the mean of each channel of this picture taken on its own:
/// Keras' definition, which holds whatever mean and deviation were taken out of the channel.
template <std::floating_point T>
void change_contrast(View<T> picture, T factor);

/// Zeros in the square of size x size pixels that begins `size / 2` above and left of (row,
/// column), as far as it lies in the picture. DeVries and Taylor, "Improved regularization of
/// convolutional neural networks with cutout" (2017).
template <std::floating_point T>
void cut_out(View<T> picture, Size row, Size column, Size size);

}  // namespace dtheta
