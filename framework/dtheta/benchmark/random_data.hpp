/// Random data for measurements without a data set.
#pragma once

#include "dtheta/data/dataset.hpp"
#include "dtheta/model/builder.hpp"

namespace dtheta {

/// `samples` samples of noise with random targets, the same every time: pictures (shapes of three
/// axes) of uint8, as pictures are stored, all else of float in [0, 1).
Dataset random_data(const DataTraits& traits, Size samples);

}  // namespace dtheta
