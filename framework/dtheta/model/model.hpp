/// Model: a network with its θ and all that turns a stored sample into a prediction.
#pragma once

#include <concepts>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "dtheta/core/aligned_buffer.hpp"
#include "dtheta/core/input_preparation.hpp"
#include "dtheta/model/network.hpp"

namespace dtheta {

/// A value: a copy is a snapshot of θ.
///
/// Copies share the network, which is immutable: the one use of shared ownership here. Reading from
/// several threads is safe.
template <std::floating_point T>
struct Model {
  std::shared_ptr<const Network<T>> network;
  AlignedBuffer<T> theta;  ///< {network->theta_size()}; padding is zero
  std::string loss;        ///< a name that make_loss knows: it decides the output's activation
  InputPreparation input;
  std::vector<std::string> class_names;  ///< one a class; empty for regression
};

/// The initializer of that name: zeros, he, glorot, uniform or normal. Throws UsageError.
Initializer parse_initializer(std::string_view name);
std::string_view initializer_name(Initializer initializer);

/// A model of `spec` with fresh θ: kernels by `initializer`, keyed by the seed and the number of
/// the parameter (Purpose::initialization); the others begin with their `start`. The draws are made
/// in double, so float and double models of one seed agree up to rounding. Throws UsageError when a
/// layer does not fit.
template <std::floating_point T>
Model<T> make_model(NetworkSpec spec, std::string loss, Initializer initializer,
                    std::uint64_t seed);

}  // namespace dtheta
