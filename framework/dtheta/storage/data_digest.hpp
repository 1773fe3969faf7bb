/// A data set's fingerprint.
#pragma once

#include <string>

#include "dtheta/data/dataset.hpp"

namespace dtheta {

/// SHA-256 over what a data set gives to a training: type and shape of the samples, their number,
/// the number of classes or target values, all samples and all targets; not the names of classes.
/// 64 hexadecimal digits, the same on every machine, from memory or streamed: once through all
/// samples.
std::string data_sha256(const Dataset& data);

}  // namespace dtheta
