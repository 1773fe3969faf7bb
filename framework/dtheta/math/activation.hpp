/// The activations g of equations (2) and (16), and their derivatives: vector kernels.
#pragma once

#include <concepts>
#include <string_view>

#include "dtheta/core/view.hpp"

namespace dtheta {

/// The activations a layer can end with. All but identity have a derivative that follows from
/// a = g(z) alone, so backward needs no z.
enum class Activation {
  identity,
  sigmoid,     ///< 1 / (1 + e⁻ᶻ)
  tanh,        ///< tanh z
  relu,        ///< max(z, 0)
  leaky_relu,  ///< z where z > 0, slope·z elsewhere
  elu,         ///< z where z > 0, alpha·(eᶻ − 1) elsewhere (Clevert et al., 2016)
  softplus,    ///< ln(1 + eᶻ)
};

/// Which activation, and its parameter.
struct ActivationOptions {
  Activation kind = Activation::identity;
  double slope = 0.01;  ///< of leaky_relu for z < 0, in [0, 1); ignored by the others
  double alpha = 1;     ///< of elu, finite and at least 0; ignored by the others

  friend bool operator==(const ActivationOptions&, const ActivationOptions&) = default;
};

/// "linear" for identity, else the enumerator's name: the names of layer lists and of Keras.
std::string_view activation_name(Activation kind);

/// a = g(z + b), in place: z {m, k} becomes a; `bias` {k} is added to each row first, an empty
/// view means none. NaN stays NaN.
template <std::floating_point T>
void add_bias_and_activate(View<T> z, View<const T> bias, const ActivationOptions& activation);

/// dz = da ⊙ g'(z), equation (10), in place: `da` {m, k} becomes dz; g' is computed from a {m, k}.
template <std::floating_point T>
void activation_backward(View<const T> a, View<T> da, const ActivationOptions& activation);

/// db {k} += Σₙ dz {m, k}: the bias column of equation (8). The order of additions depends on m and
/// k only.
template <std::floating_point T>
void add_column_sums(View<const T> dz, View<T> db);

}  // namespace dtheta
