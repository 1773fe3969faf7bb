/// RatePlot: losses over learning rates, as a picture.
#pragma once

#include <string>

#include "dtheta/training/rate_range.hpp"

namespace dtheta::cli {

/// An SVG picture of a range test of two trials or more: the loss of every step as a dot and their
/// running mean as a line, over the learning rate on a logarithmic axis, with the suggestion
/// marked.
std::string rate_plot_svg(const RateRangeTest& test, const std::string& title);

}  // namespace dtheta::cli
