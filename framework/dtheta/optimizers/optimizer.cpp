#include "dtheta/optimizers/optimizer.hpp"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "dtheta/core/error.hpp"
#include "dtheta/math/elementwise.hpp"
#include "dtheta/optimizers/adam.hpp"
#include "dtheta/optimizers/lamb.hpp"
#include "dtheta/optimizers/lars.hpp"
#include "dtheta/optimizers/lion.hpp"
#include "dtheta/optimizers/momentum.hpp"
#include "dtheta/optimizers/rms_prop.hpp"
#include "dtheta/optimizers/sgd.hpp"

namespace dtheta {
namespace {

[[noreturn]] void refuse(std::string_view name) {
  throw UsageError(fmt::format("unknown optimizer '{}'; wanted one of {}", name,
                               fmt::join(optimizer_names(), ", ")));
}

}  // namespace

std::vector<std::string_view> optimizer_names() {
  return {"sgd",  "momentum", "nesterov", "adagrad", "rmsprop",
          "adam", "adamw",    "lion",     "lamb",    "lars"};
}

template <std::floating_point T>
std::unique_ptr<Optimizer<T>> make_optimizer(const OptimizerOptions& options) {
  if (options.name == "sgd") return std::make_unique<Sgd<T>>();
  if (options.name == "momentum" || options.name == "nesterov") {
    return std::make_unique<Momentum<T>>(options);
  }
  if (options.name == "adam" || options.name == "adamw") return std::make_unique<Adam<T>>(options);
  if (options.name == "rmsprop" || options.name == "adagrad") {
    return std::make_unique<RmsProp<T>>(options);
  }
  if (options.name == "lion") return std::make_unique<Lion<T>>(options);
  if (options.name == "lamb") return std::make_unique<Lamb<T>>(options);
  if (options.name == "lars") return std::make_unique<Lars<T>>(options);
  refuse(options.name);
}

OptimizerOptions with_defaults(OptimizerOptions options) {
  const std::string_view name = options.name;
  if (!options.beta2) options.beta2 = name == "rmsprop" || name == "lion" ? 0.99 : 0.999;
  if (!options.epsilon) options.epsilon = name == "adagrad" ? 1e-10 : name == "lamb" ? 1e-6 : 1e-8;
  return options;
}

template <std::floating_point T>
void Optimizer<T>::direct(const UpdateStep&, std::span<const T>, std::span<T>,
                          std::span<const std::span<T>>) const {}

template <std::floating_point T>
double Optimizer<T>::trust_ratio(double, double, double) const {
  return 1;
}

template <std::floating_point T>
void update_parameter(const Optimizer<T>& optimizer, UpdateStep step, bool is_adapted,
                      std::span<T> dtheta, std::span<T> theta,
                      std::span<const std::span<T>> slots) {
  optimizer.direct(step, theta, dtheta, slots);
  if (is_adapted) {
    step.learning_rate *=
        optimizer.trust_ratio(std::sqrt(sum_of_squares<T>(theta)),
                              std::sqrt(sum_of_squares<T>(dtheta)), step.weight_decay);
  }
  optimizer.update(step, dtheta, theta, slots);
}

double default_learning_rate(std::string_view optimizer) {
  if (optimizer == "sgd") return 0.1;
  // A gradient moves θ by η/(1 − μ) of it in all: at the usual μ = 0.9 as far as with sgd.
  if (optimizer == "momentum" || optimizer == "nesterov") return 0.01;
  if (optimizer == "adam" || optimizer == "adamw" || optimizer == "lamb") return 1e-3;
  if (optimizer == "adagrad" || optimizer == "rmsprop") return 0.01;
  if (optimizer == "lion") return 1e-4;
  if (optimizer == "lars") return 1;
  refuse(optimizer);
}

double default_weight_decay(std::string_view optimizer) {
  const auto names = optimizer_names();
  if (std::ranges::find(names, optimizer) == names.end()) refuse(optimizer);
  return optimizer == "adamw" ? 0.01 : 0;
}

template class Optimizer<float>;
template class Optimizer<double>;
template void update_parameter(const Optimizer<float>&, UpdateStep, bool, std::span<float>,
                               std::span<float>, std::span<const std::span<float>>);
template void update_parameter(const Optimizer<double>&, UpdateStep, bool, std::span<double>,
                               std::span<double>, std::span<const std::span<double>>);
template std::unique_ptr<Optimizer<float>> make_optimizer(const OptimizerOptions&);
template std::unique_ptr<Optimizer<double>> make_optimizer(const OptimizerOptions&);

}  // namespace dtheta
