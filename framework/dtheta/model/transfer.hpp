/// Transfer: a trained network as the beginning of another.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "dtheta/model/model.hpp"

namespace dtheta {

/// The network with exactly those layers frozen that `layers` names: "conv_1, dense_*, ..conv_3".
/// `*` stands for any ending, `..NAME` for all layers up to that one; "none" for none. Layers
/// without parameters are passed over. Throws UsageError when an entry names no layer with
/// parameters, or when all are frozen.
NetworkSpec with_frozen(NetworkSpec spec, std::string_view layers);

/// The same of a model; its numbers stay.
template <std::floating_point T>
Model<T> with_frozen(Model<T> model, std::string_view layers);

/// How many layers there are before the last that has parameters: the trunk. That and what follows
/// it are the head.
std::size_t trunk_length(const NetworkSpec& spec);

/// `spec` without its head, and with the layers of the list `head` instead. In the list `input` is
/// the output of the trunk. Throws UsageError when the head does not read the layer before it, or
/// when the new one does not fit.
NetworkSpec with_head(const NetworkSpec& spec, std::string_view head);

/// A model of `spec`, which with_head made of that of `model`: the trunk with its numbers, the head
/// as make_model begins it. Loss, preparation and class names are those
/// of `model`.
template <std::floating_point T>
Model<T> with_new_head(const Model<T>& model, const NetworkSpec& spec, Initializer initializer,
                       std::uint64_t seed);

}  // namespace dtheta
