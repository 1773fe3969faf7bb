/// Decoupled weight decay, as the elementwise optimizers share it.
#pragma once

#include <concepts>
#include <span>

#include "dtheta/optimizers/optimizer.hpp"

namespace dtheta {

/// θ {n} ← (1 − ηλ) θ (Loshchilov and Hutter, 2019).
template <std::floating_point T>
void decay_weights(const UpdateStep& step, std::span<T> theta);

}  // namespace dtheta
