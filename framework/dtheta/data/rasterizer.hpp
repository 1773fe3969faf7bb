/// Rasterizer: lines of a soft pen on a grid of pixels.
#pragma once

#include <span>

#include "dtheta/core/view.hpp"

namespace dtheta {

/// A place in the plane; x to the right, y downwards.
struct Point {
  double x = 0;
  double y = 0;
};

/// What a line is drawn with. Lengths are pixels.
struct Pen {
  double begin_radius = 1;  ///< half the thickness where the line begins; it changes evenly
  double end_radius = 1;    ///< half the thickness where the line ends
  double softness = 1;      ///< over which the edge fades from ink to nothing, > 0
  double ink = 1;           ///< darkness where the pen covers, in [0, 1]
};

/// Draws the line through `points` (one point: a dot) on `canvas` {height, width}: each pixel
/// becomes the larger of what it was and the ink at its centre. Pixel (row, column) has its centre
/// at y = row, x = column. What lies outside is cut off. Uses only operations that IEEE 754 rounds
/// in one way, so the bits are the same on every machine. Writes only the canvas.
void draw_line(std::span<const Point> points, const Pen& pen, View<double> canvas);

}  // namespace dtheta
