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
/// gets the deviation 1. Goes once through the samples, in runs of 64 that are put together one
/// after another (Chan, Golub and LeVeque, "Updating formulae and a pairwise algorithm for
/// computing sample variances", 1979), in double: the same bits on every machine, from memory or
/// streamed. The samples must be ascending where they are streamed. Throws DataError when there is
/// none.
InputPreparation standardization_of(const Dataset& data, std::span<const Size> samples,
                                    double scale);

/// x, samples that are scaled already, becomes (x − mean)/deviation. No memory is allocated.
template <std::floating_point T>
void standardize(std::span<T> x, const InputPreparation& preparation);

}  // namespace dtheta
