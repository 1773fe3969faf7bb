/// The loops that ask a core and the memory for all they can give; vector kernels.
#pragma once

#include <span>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// Runs `rounds` rounds of fused multiply-adds of float on registers alone, in chains enough to
/// keep every unit of a core busy (multiply and add where it cannot fuse them). Returns how many
/// floating-point operations that was: two for a multiply-add of one number.
double fused_multiply_adds(Size rounds);

/// y {n} = x {n}, with ordinary stores.
void copy_numbers(std::span<const float> x, std::span<float> y);

/// z {n} = x {n} + alpha · y {n}: the triad of McCalpin's STREAM.
void triad(float alpha, std::span<const float> x, std::span<const float> y, std::span<float> z);

}  // namespace dtheta
