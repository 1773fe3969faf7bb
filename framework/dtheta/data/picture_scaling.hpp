/// Pictures of another size.
#pragma once

#include <cstdint>

#include "dtheta/core/view.hpp"

namespace dtheta {

/// picture {H, W, C}  →  scaled {h, w, C}, overwritten: a triangle filter, as wide as a pixel of
/// the coarser of the two (linear interpolation when enlarging, a weighted mean when shrinking, so
/// that nothing is skipped), edges cut off, rounded to the nearest. Height and width are stretched
/// each by its own ratio. All extents are at least 1. Safe from any thread.
void scale_picture(View<const std::uint8_t> picture, View<std::uint8_t> scaled);

}  // namespace dtheta
