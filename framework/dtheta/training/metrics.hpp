/// Metrics: sums over samples that shards gather and the trainer adds up.
#pragma once

#include <concepts>
#include <span>
#include <string_view>

#include "dtheta/core/shape.hpp"
#include "dtheta/core/view.hpp"
#include "dtheta/losses/training_loss.hpp"

namespace dtheta {

/// The class that a row of predictions or targets names: the first of its largest numbers; for a
/// single number class 1 if it is above `threshold`, else class 0.
template <std::floating_point T>
Size class_of(std::span<const T> row, T threshold);

/// The logit above which a single output means class 1: 0 before a sigmoid, 0.5 without.
template <std::floating_point T>
T decision_threshold(std::string_view output_activation);

/// How many of the m rows of z {m, k} name the class that y {m, k} names.
template <std::floating_point T>
Size count_correct(View<const T> z, View<const T> y, std::string_view output_activation);

/// What a shard knows of its samples. One cache line each: neighbours are written by other threads.
struct alignas(64) ShardMetrics {
  WeightedLoss loss = {};
  Size correct = 0;  ///< samples whose class was predicted
};

}  // namespace dtheta
