/// Standardization: inputs of mean 0 and variance 1 in every channel.
#pragma once

#include <concepts>
#include <span>

#include "dtheta/core/input_preparation.hpp"
#include "dtheta/data/dataset.hpp"

namespace dtheta {

/// The preparation by `scale`, then by mean and standard deviation (of the population) of each
/// channel, the last axis of a sample, over the samples of those indices: for pictures the colours,
/// for tables the columns. A channel that is the same everywhere, but for rounding,
/// gets the deviation 1. One
/// after another in double: the same on every machine. Throws DataError when there is no sample.
InputPreparation standardization_of(const Dataset& data, std::span<const Size> samples,
                                    double scale);

/// x, samples that are scaled already, becomes (x − mean)/deviation. No memory is allocated.
template <std::floating_point T>
void standardize(std::span<T> x, const InputPreparation& preparation);

}  // namespace dtheta
