/// Checks of options and inputs, and small steps, that several layers share.
#pragma once

#include <span>
#include <string_view>

#include "dtheta/core/shape.hpp"
#include "dtheta/core/view.hpp"
#include "dtheta/math/activation.hpp"
#include "dtheta/math/window.hpp"

namespace dtheta {

/// Throws UsageError naming `what` unless count is in [1, 2³¹): BLAS counts in 32 bits.
void check_count(Size count, std::string_view what);

/// Throws UsageError unless both sides are in [1, 2³¹).
void check_extent(const Extent2d& extent, std::string_view what);

/// Throws UsageError unless samples of that shape are pictures, height x width x channels.
void check_picture(const Shape& sample);

/// Throws UsageError unless both sides are in [1, 2³¹), and 1 where the stride is above 1: Keras
/// has no such convolution.
void check_dilation(const Extent2d& dilation, const Extent2d& stride);

/// Throws UsageError unless a normalization's epsilon is above 0 and finite.
void check_epsilon(double epsilon);

/// Throws UsageError unless the slope of a leaky_relu is in [0, 1), the alpha of an elu finite and
/// at least 0.
void check_activation(const ActivationOptions& activation);

/// Throws UsageError unless there are two inputs or more.
void check_several(std::span<const Shape> inputs);

/// {m, k...} → {m, k}, what the vector kernels take.
template <class T>
View<T> as_rows(View<T> numbers) {
  const Size m = numbers.dim(0);
  return numbers.reshaped({m, numbers.shape().sample().size()});
}

/// {m, positions..., channels} → {m · positions, channels}.
template <class T>
View<T> as_columns(View<T> numbers) {
  const Size channels = numbers.shape().extents().back();
  return numbers.reshaped({numbers.size() / channels, channels});
}

}  // namespace dtheta
