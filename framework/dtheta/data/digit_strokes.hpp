/// How a hand draws the digits: which strokes, through which places.
#pragma once

#include <vector>

#include "dtheta/core/random.hpp"
#include "dtheta/data/rasterizer.hpp"

namespace dtheta {

/// A line of the pen from where it is put down to where it is lifted.
using Stroke = std::vector<Point>;

/// The strokes of `digit` (0 to 9) as one hand might draw it: one of the digit's styles (a 7 with
/// or without a bar, a 4 open or closed, ...), its places moved a little and joined by smooth
/// curves. Upright and, before the places move, within [0, 1] on both axes. Draws from `random`.
std::vector<Stroke> draw_digit(int digit, Philox& random);

}  // namespace dtheta
