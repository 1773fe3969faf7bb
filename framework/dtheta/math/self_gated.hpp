/// Activations that gate z by a function of z itself: vector kernels. Their derivative does not
/// follow from the output, as those of math/activation.hpp do, so backward needs z.
#pragma once

#include <concepts>
#include <span>
#include <string_view>

namespace dtheta {

enum class SelfGate {
  gelu,  ///< z·Φ(z), Φ of the standard normal distribution (Hendrycks and Gimpel, 2016); not its
         ///< approximation by tanh
  silu,  ///< z / (1 + e⁻ᶻ), also called swish (Elfwing et al., 2018)
};

/// The enumerator's name, PyTorch's and Keras' too.
std::string_view self_gate_name(SelfGate gate);

/// a {n} = g(z {n}), overwritten. Absolute error below 4·2⁻²⁴·|z| (float), 8·2⁻⁵³·|z| (double); NaN
/// stays NaN. The bits depend on the operands only.
template <std::floating_point T>
void self_gate(std::span<const T> z, SelfGate gate, std::span<T> a);

/// dz {n} = da {n} ⊙ g'(z {n}), overwritten; dz may be da.
template <std::floating_point T>
void self_gate_backward(std::span<const T> z, SelfGate gate, std::span<const T> da,
                        std::span<T> dz);

}  // namespace dtheta
