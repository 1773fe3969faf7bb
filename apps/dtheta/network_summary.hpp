/// What a network is made of, layer by layer, and the memory that a batch of it takes.
#pragma once

#include <concepts>
#include <string>

#include <nlohmann/json.hpp>

#include "dtheta/model/model.hpp"

namespace dtheta::cli {

/// Bytes that a network takes for training on one batch, in the shards that it has by default;
/// without the optimizer's state and the data. A value.
struct NetworkMemory {
  Size batch_size = 0;
  Size shards = 0;
  Size theta = 0;      ///< the parameters, and what layers prepare of them
  Size gradients = 0;  ///< dθ of all shards, and what it is made of
  Size workspaces =
      0;  ///< activations, their gradients and scratch, were all shards to run at once

  Size total() const { return theta + gradients + workspaces; }
};

/// Allocates what one shard needs, to find out.
template <std::floating_point T>
NetworkMemory network_memory(const Network<T>& network, Size batch_size);

/// Layers with their shapes, parameters, multiply-adds of one sample's forward pass, and bytes of
/// one sample's output; the sums below.
template <std::floating_point T>
std::string layers_table(const Model<T>& model);

/// [{"name", "layer", "input", "output", "parameters", "multiply_adds", "output_bytes", "arrays":
/// [{"name", "shape"}, ...]}, ...].
template <std::floating_point T>
nlohmann::ordered_json layers_json(const Network<T>& network);

}  // namespace dtheta::cli
