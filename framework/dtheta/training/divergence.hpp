/// Divergence: a second look at a step whose loss is not finite, for what was the first not to be.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "dtheta/model/network.hpp"
#include "dtheta/model/workspace.hpp"

namespace dtheta {

/// "not a number", whatever the sign bit says, or "infinite".
std::string_view not_finite_text(double number);

/// The first parameter with a number that is not finite in `theta` {theta_size()}, and how many
/// others there are: "dense_1/kernel (and 3 other parameters)". None: all are finite.
template <std::floating_point T>
std::optional<std::string> first_bad_parameter(const Network<T>& network, std::span<const T> theta);

/// What was first not finite on the way of m samples through the layers, after a forward pass for
/// training in `workspace`: 0 the input, i + 1 the output of node i. None: all of it is finite.
template <std::floating_point T>
std::optional<std::size_t> first_bad_output(const Network<T>& network, Workspace<T>& workspace,
                                            Size m);

}  // namespace dtheta
