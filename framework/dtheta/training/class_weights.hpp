/// How much the samples of a class count in training, as text.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dtheta/data/dataset.hpp"

namespace dtheta {

/// Reads "balanced", or entries "CLASS:WEIGHT" that commas separate, CLASS being a class's name or
/// its number from 0. Classes that are not named count 1. balanced: n/(c·n_c) for each of the c
/// classes, n_c being how many of the n `samples` it has (scikit-learn's), and 0 where it has none:
/// every class counts as much as any other. An empty text: no weights.
///
/// Throws UsageError for a text that is none of these, a class that is unknown or comes twice, a
/// weight that is negative, weights that are all 0, and for data without classes.
std::vector<double> class_weights_of(std::string_view text, const Dataset& data,
                                     std::span<const Size> samples);

/// The same entries with one blank after each comma and none elsewhere around them.
std::string spelt_class_weights(std::string_view text);

}  // namespace dtheta
