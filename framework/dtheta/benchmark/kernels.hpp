/// The loops that ask a core and the memory for all they can give; vector kernels.
#pragma once

#include <span>

#include "dtheta/core/shape.hpp"

namespace dtheta {

/// Chains of multiply-adds that run side by side: two units of latency 4 or 5 want ten, and twelve
/// with both operands fit the sixteen registers of AVX2.
constexpr int multiply_add_chains = 12;
constexpr float chain_factor = 0.999F;
constexpr float chain_addend = 0.001F;

/// Replaces every number `rounds` times by number · chain_factor + chain_addend, fused (where a
/// core cannot, multiplied and added), each in all lanes of a register: all that the units of a
/// core can do. Returns how many floating-point operations that was: two for a multiply-add of one
/// lane.
double fused_multiply_adds(Size rounds, std::span<float, multiply_add_chains> numbers);

/// y {n} = x {n}, with ordinary stores.
void copy_numbers(std::span<const float> x, std::span<float> y);

/// z {n} = x {n} + alpha · y {n}: the triad of McCalpin's STREAM.
void triad(float alpha, std::span<const float> x, std::span<const float> y, std::span<float> z);

}  // namespace dtheta
