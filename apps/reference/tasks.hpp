/// What the program can be asked: layers, losses and trainings, in float or double.
#pragma once

#include <concepts>

#include "exchange.hpp"

namespace dtheta::reference {

/// Does what `request` asks for by its setting "task", in its "precision", "float32" or "float64":
///
/// - "layer": of "layer" (its text) in training for samples of the shapes "inputs"; x (all inputs
///   {m, input}, one after another), theta (all parameters, likewise) and dy as the output. Answers
///   y, dx and dtheta (of the parameters that are trained).
/// - "loss": "loss" for z {m, k} of "width" k, and y as z. Answers predictions, dz and value, the
///   sum over the samples.
/// - "names": answers the names of "optimizers", "schedules" and "losses" that there are.
/// - "training": of "layers" (a layer list) with "loss" by the recipe "recipe", all samples a
///   batch, over "steps" steps; x, theta, and labels {m} of "classes" classes or values {m, k}.
///   Answers predictions before the first step, costs {steps} and theta {steps, n} after each.
///
/// Throws as the library does, and std::exception for a request that is none.
Message answer(const Message& request);

// Two of the tasks, in a precision.
template <std::floating_point T>
Message answer_layer(const Message& request);
template <std::floating_point T>
Message answer_training(const Message& request);

}  // namespace dtheta::reference
